"""Line numbers: every key of a random text carries its own line as its value, so that a wrong one shows."""

from __future__ import annotations

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnshape.modelfile.lines import NestedTooDeepError, json_lines, toml_lines

# Lines that mislead a reader who looks for "key =" or "[[layer]]".
STRANGERS = (
    "[[layer]]\ntype = 0\n# [layer]\n",
    "a = 1\n",
    '""quoted"" and \\" escaped\n',
    "'single' # no comment\n",
    "\n\n",
    "{ a = [ 1, ]\n",
)


class Text:
    """Writes TOML; a number is always the line that it stands on, or that its key stands on."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.text = ""
        self.keys = 0

    @property
    def line(self) -> int:
        return self.text.count("\n") + 1

    def choose(self, *options: Any) -> Any:
        return self.draw(st.sampled_from(options))

    def key(self) -> str:
        self.keys += 1
        name = f"k{self.keys}"
        return self.choose(name, name, f'"{name}"', f"'{name}'", f'"{name} # = ["', f"{name}.inner", f'{name} . "a.b"')

    def blank(self) -> None:
        self.text += self.choose("", "", "\n", "# a = 1 [[layer]]\n", '   # """\n', "\t\n")

    def value(self, depth: int) -> None:
        kind = self.choose("int", "int", "multi", "literal", "array", "table") if depth < 3 else "int"
        if kind == "int":
            self.text += str(self.line)
        elif kind == "multi":
            quote = self.choose('"""', "'''")
            inside = self.draw(st.sampled_from(STRANGERS)).replace("\\", "" if quote == "'''" else "\\")
            self.text += quote + inside.replace("'''", "") + self.choose("", quote[0], quote[:2]) + quote
        elif kind == "literal":
            strings = ("'# ] }'", '"a \\" # ["', '"""x"""', "''", '""')
            self.text += self.choose(*strings, "1979-05-27 07:32:00", "[]", "{}", "-0.5e3")
        elif kind == "array":
            self.array(depth + 1)
        else:
            self.inline_table(depth + 1)

    def array(self, depth: int) -> None:
        self.text += "["
        for _ in range(self.draw(st.integers(0, 3))):
            self.blank()
            self.value(depth)
            self.text += self.choose(",", " ,", ", # ]\n", ",\n")
        self.blank()
        self.text += "]"

    def inline_table(self, depth: int) -> None:
        self.text += "{ "
        for number in range(self.draw(st.integers(1, 2))):
            self.text += ", " if number else ""
            self.text += f"{self.key()} = "
            self.value(depth)
        self.text += " }"

    def pairs(self) -> None:
        for _ in range(self.draw(st.integers(0, 3))):
            self.blank()
            self.text += self.choose("", "  ") + self.key() + self.choose(" = ", "=")
            self.value(0)
            self.text += self.choose("\n", " # 9\n", "\n\n")

    def document(self) -> str:
        self.pairs()
        for _ in range(self.draw(st.integers(0, 4))):
            self.blank()
            self.keys += 1
            table = f"table{self.keys}"
            self.text += self.choose("[[layer]]", "[[ layer ]]", f"[{table}]", f'[{table}."x.y"]') + " # [[layer]]\n"
            self.pairs()
        return self.text


@st.composite
def texts(draw: Any) -> str:
    return Text(draw).document()


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Any:
    """Yield every path of parsed data with its value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key), item
        yield from paths(item, (*path, key))


@given(texts())
def test_every_key_of_a_toml_text_has_its_line(text: str) -> None:
    lines = toml_lines(text)
    expected = dict(paths(tomllib.loads(text)))
    assert set(lines) == set(expected)
    numbers = {path: value for path, value in expected.items() if isinstance(value, int)}
    assert {path: lines[path] for path in numbers} == numbers
    assert lines.repeated == []


@given(st.data())
def test_every_key_of_a_json_text_has_its_line(data: Any) -> None:
    leaf = st.none() | st.booleans() | st.text(max_size=5) | st.floats(allow_nan=False, allow_infinity=False)
    trees = st.recursive(leaf, lambda t: st.lists(t, max_size=3) | st.dictionaries(st.text(max_size=4), t, max_size=3))
    tree = data.draw(trees)
    text = json.dumps(tree, indent=data.draw(st.sampled_from([1, 4])), ensure_ascii=data.draw(st.booleans()))
    lines = json_lines(text)
    assert set(lines) == {path for path, _ in paths(tree)}
    shown = text.split("\n")
    for path, value in paths(tree):
        line = shown[lines[path] - 1]
        written = [] if isinstance(path[-1], int) else [path[-1]]
        written += [] if isinstance(value, (dict, list)) else [value]
        for each in written:
            assert json.dumps(each) in line or json.dumps(each, ensure_ascii=False) in line


def test_the_place_around_a_missing_key() -> None:
    lines = toml_lines("a = 1\n\n[[layer]]\nb = 2\n")
    assert lines.nearest(("layer", 0, "c", "d")) == 3
    assert lines.nearest(("nothing",)) == 1


def test_a_subtable_belongs_to_the_last_of_an_array() -> None:
    lines = toml_lines("[[layer]]\n[layer.a]\nx = 1\n[[layer]]\n[layer.a]\nx = 2\n[[layer.b]]\n[[layer.b]]\ny = 3")
    assert lines["layer", 0, "a", "x"] == 3
    assert lines["layer", 1, "a", "x"] == 6
    assert lines["layer", 1, "b", 1, "y"] == 9


def test_windows_line_ends_count_once() -> None:
    assert toml_lines('a = """\r\nx"""\r\nb = 1')[("b",)] == 3


BROKEN = ["a = [", "= 1", "[a", "a = '''x", 'a = "x', "a = {b", "\x00", "a = {b = 1", '"\\q" = 1', "[[a]"]


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_text_ends_early(text: str) -> None:
    toml_lines("x = 1\n" + text)
    json_lines(text)
    assert toml_lines("x = 1\n" + text)[("x",)] == 1


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (toml_lines, "\na = " + "[" * 17 + "]" * 17),
        (toml_lines, "\n" + ".".join("a" * 17) + " = 1"),
        (toml_lines, "\na = " + "{a=" * 17 + "1" + "}" * 17),
        (toml_lines, "\n[" + ".".join("a" * 100_000) + "]"),
        (json_lines, "\n" + "[" * 100_000),
        (json_lines, "\n" + '{"a":' * 17 + "1" + "}" * 17),
    ],
)
def test_deep_nesting_ends_it(read: Any, text: str) -> None:
    with pytest.raises(NestedTooDeepError) as caught:
        read(text)
    assert caught.value.line == 2


def test_sixteen_levels_are_read() -> None:
    text = "a = " + "[" * 16 + "]" * 16
    assert len(toml_lines(text)) == len(list(paths(tomllib.loads(text))))


def test_a_key_that_is_given_twice_is_noted() -> None:
    assert json_lines('{"a": 1,\n"b": 2,\n"a": 3}').repeated == [(("a",), 3)]
