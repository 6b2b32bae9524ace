"""From the data of a file to its description, checked for everything that needs no Layout. Every mistake is collected."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath
from typing import Any, cast

from rnnshape import text
from rnnshape.errors import SpecError
from rnnshape.layout.axes import role_of
from rnnshape.layout.layout import Layout
from rnnshape.modelfile.arguments import NEEDED, Argument, Values
from rnnshape.modelfile.description import (
    INPUT,
    LAYER_NAME,
    MOST_INPUTS,
    MOST_LAYERS,
    OUTPUT,
    TITLE,
    TOP,
    Description,
    Input,
    Layer,
    Reference,
    common,
    words_of,
)
from rnnshape.modelfile.kinds import Kind, find_kind
from rnnshape.modelfile.lines import Path
from rnnshape.modelfile.mistakes import Mistakes
from rnnshape.modelfile.names import class_name, free_name, is_taken
from rnnshape.modelfile.reading import Document, Table, shown

__all__ = ["described"]


def described(document: Document) -> Description:
    """Read what a file says.

    Raises:
        SpecError: with every mistake, a line for each, "model.toml:12: ...".
    """
    mistakes = Mistakes(document)
    found = _Reader(document, mistakes).description()
    mistakes.raise_any()
    return found


class _Reader:
    """Goes through the data of one file."""

    def __init__(self, document: Document, mistakes: Mistakes) -> None:
        self.data = document.data
        self.file = document.file
        self.mistakes = mistakes
        self.kinds: dict[str, Kind | None] = {}
        self.input_names: set[str] = set()
        self.only_input: str | None = None
        self.words: dict[str, tuple[str, int]] | None = None

    def description(self) -> Description:
        for key in self.data:
            if key not in TOP:
                self.mistakes.add(f"a model's file has no key {shown(key)}{_hint(key, TOP)}", (key,))
        inputs = self.inputs()
        tables = self.tables("layer", MOST_LAYERS)
        if not tables and not self.mistakes:
            self.mistakes.add("there is no [[layer]] table; a model has one layer at least", ("layer",))
        layers = self.layers(tables)
        default = next((layer.name for layer in reversed(layers) if not layer.kind.loss), "")
        if layers and not default:
            self.mistakes.add("there is no layer but losses; a model has one at least that is none", ("layer",))
        name = self.value(TITLE, self.data, (), "the file") or class_name(PurePath(self.file).stem)
        if is_taken(name):
            self.mistakes.add(f"name={shown(name)}: this word means something else in Python or in nn.Module", ("name",))
        given: tuple[str, ...] = self.value(OUTPUT, self.data, (), "the file") or (default,)
        outputs = tuple(Reference.of(word) for word in given)
        if "output" in self.data:
            for output in outputs:
                self.check_reference(output, "output", ("output",))
        return Description(name, inputs, layers, outputs)

    # Inputs

    def inputs(self) -> tuple[Input, ...]:
        tables = self.tables("input", MOST_INPUTS)
        if not tables and not self.mistakes:
            self.mistakes.add('there is no [input] table; write [input] and layout = "batch=32 seq=50"', ("input",))
        found = [self.read_input(path, table, single=len(tables) == 1) for path, table in tables]
        if not self.input_names:  # the layers are looked at all the same
            self.input_names.add("input")
            self.kinds["input"] = None
        self.only_input = next(iter(self.input_names)) if len(tables) < 2 else None
        known = tuple(given for given in found if given is not None)
        self.words = words_of(known) if known and len(known) == len(found) else None
        return known

    def read_input(self, path: Path, table: Table, single: bool) -> Input | None:
        self.unknown_keys("an input", table, path, [a.name for a in INPUT])
        name: str | None = self.value(INPUT[0], table, path, "input")
        layout: Layout | None = self.value(INPUT[1], table, path, "input")
        dtype: str | None = self.value(INPUT[2], table, path, "input")
        if name is None and "name" not in table:
            if not single:
                self.mistakes.add("input: of several inputs each needs a name", path)
            name = "input"
        if name is not None:
            self.take_name(name, None, path)
            self.input_names.add(name)
        return Input(name or "input", layout, dtype, path) if layout is not None else None

    # Layers

    def layers(self, tables: list[tuple[Path, Table]]) -> tuple[Layer, ...]:
        names = {name for _, table in tables if isinstance(name := table.get("name"), str)} | set(self.kinds)
        found: list[Layer] = []
        previous = self.only_input
        for path, table in tables:
            kind = self.kind(path, table)
            own: str | None = self.value(LAYER_NAME, table, path, kind.name if kind else "layer")
            if own is None:
                own = free_name("loss" if kind and kind.loss else kind.name.lower() if kind else "layer", names)
                names.add(own)
            if kind is not None:
                arguments = self.arguments(kind, table, path)
                inputs = self.references(kind, arguments, table, path, previous)
                self.check_words(kind, arguments, path)
                found.append(Layer(own, kind, arguments, inputs, path))
            self.take_name(own, kind, path)
            if kind is None or not kind.loss:
                previous = own
        return tuple(found)

    def kind(self, path: Path, table: Table) -> Kind | None:
        word = table.get("type")
        if not isinstance(word, str):
            given = f"type={shown(word)}: the name of a layer is needed" if "type" in table else "a layer needs type="
            self.mistakes.add(f'{given}, such as type = "LSTM"', (*path, "type"))
            return None
        try:
            return find_kind(word)
        except ValueError as error:
            self.mistakes.add(f"type={shown(word)}: {error}", (*path, "type"))
            return None

    def arguments(self, kind: Kind, table: Table, path: Path) -> Values:
        known = [a.name for a in kind.arguments]
        self.unknown_keys(kind.name, table, path, ["type", *(a.name for a in common(kind)), *known])
        before = len(self.mistakes)
        values = {a.name: self.value(a, table, path, kind.name) for a in kind.arguments}
        for argument in kind.arguments:
            if argument.default is NEEDED and argument.name not in table:
                near = next((k for k in table if k not in known and text.nearest(k[:50], [argument.name])), None)
                if near is None:
                    self.mistakes.add(f"{kind.name} needs {argument.name}=", path)
        missing = any(a.default is NEEDED and a.name not in table for a in kind.arguments)
        if kind.check is not None and len(self.mistakes) == before and not missing:
            try:
                kind.check(values)
            except SpecError as error:
                key = str(error).split("=")[0]
                self.mistakes.add(f"{kind.name}: {error}", (*path, key) if key in table else path)
        return values

    def references(
        self, kind: Kind, arguments: Values, table: Table, path: Path, previous: str | None
    ) -> tuple[Reference, ...]:
        argument = common(kind)[1]
        key = argument.name
        given: tuple[str, ...] = self.value(argument, table, path, kind.name) or ()
        if key not in table and kind.least > 1:
            self.mistakes.add(f"{kind.name} needs inputs=, the names of what it takes", path)
        elif key not in table and previous is None:
            self.mistakes.add(f"{kind.name} needs input=, as there are several inputs", path)
        elif key not in table:
            given = (previous or "",)
        found = tuple(Reference.of(word) for word in given)
        for reference in found:
            self.check_reference(reference, f"{kind.name}: {key}", (*path, key))
            self.check_recurrent(kind, reference, (*path, key) if key in table else path)
        for word in (kind.argument("state") and arguments.get("state")) or ():
            self.check_reference(Reference.of(word), f"{kind.name}: state", (*path, "state"))
        return found

    def check_reference(self, reference: Reference, where: str, path: Path) -> None:
        if reference.name not in self.kinds:
            hint = _hint(reference.name, self.kinds)
            self.mistakes.add(f"{where}: there is no earlier result {shown(reference.name)}{hint}", path)
            return
        kind = self.kinds[reference.name]
        parts = kind.parts if kind else ("output",)
        if reference.part and reference.part not in parts and (kind or reference.name in self.input_names):
            what = f"{reference.name} ({kind.name})" if kind else f"the input {reference.name}"
            hint = text.nearest(reference.part, parts) or f"; it has {text.listed(parts)}"
            self.mistakes.add(f"{where}: {what} has no {shown(reference.part)}{hint}", path)
        if kind is not None and kind.loss:
            self.mistakes.add(f"{where}: {reference.name} is a loss, which nothing can go on from", path)

    def check_words(self, kind: Kind, arguments: Values, path: Path) -> None:
        known = self.words
        for word in arguments.get("sizes") or ():
            if isinstance(word, str) and known is not None and not {word, role_of(word)} & known.keys():
                hint = text.nearest(role_of(word), known) or (f"; there are {text.listed(known)}" if known else "")
                message = f"{kind.name}: sizes: the input has no axis or symbol {role_of(word)!r}{hint}"
                self.mistakes.add(message, (*path, "sizes"))

    def check_recurrent(self, kind: Kind, reference: Reference, path: Path) -> None:
        source = self.kinds.get(reference.name)
        if not kind.recurrent or reference.name not in self.kinds:
            return
        if source is None and reference.name not in self.input_names:
            return
        if source is None or "h_n" not in source.parts:
            what = f"{reference.name} is {source.name if source else 'an input'}"
            layers = [name for name, known in self.kinds.items() if known and "h_n" in known.parts]
            hint = f'; write input = "{layers[-1]}"' if layers else ""
            self.mistakes.add(f"{kind.name} takes the state of an RNN, LSTM or GRU, and {what}{hint}", path)
        elif reference.part not in ("", "h_n", "c_n"):
            self.mistakes.add(f"{kind.name} takes the state, h_n or c_n, and not {reference.part}", path)

    # What both have

    def take_name(self, name: str, kind: Kind | None, path: Path) -> None:
        if is_taken(name):
            self.mistakes.add(f"name={shown(name)}: this word means something else in Python or in nn.Module", (*path, "name"))
        if name in self.kinds:
            self.mistakes.add(f"name={shown(name)}: this name is given twice", (*path, "name"))
        self.kinds[name] = kind

    def tables(self, key: str, most: int) -> list[tuple[Path, Table]]:
        """Return the tables under a key with their paths; one table stands for a list of it."""
        value = self.data.get(key, [])
        items: list[tuple[Path, object]] = []
        if isinstance(value, dict):
            items = [((key,), cast("object", value))]
        elif isinstance(value, list):
            items = [((key, i), item) for i, item in enumerate(cast("list[object]", value))]
        else:
            self.mistakes.add(f"{key}={shown(value)}: a table is needed, [{key}] or [[{key}]]", (key,))
        if len(items) > most:
            self.mistakes.add(f"{len(items):,} tables [[{key}]] are more than {most:,}", (key,))
            return []
        for path, item in items:
            if not isinstance(item, dict):
                self.mistakes.add(f"{key}: a table is needed, got {shown(item)}", path)
        return [(path, cast("Table", item)) for path, item in items if isinstance(item, dict)]

    def value(self, argument: Argument, table: Table, path: Path, what: str) -> Any:
        """Return the value of a key, its default where it is missing; None where it is wrong."""
        if argument.name not in table:
            if argument.default is NEEDED and what == "input":
                self.mistakes.add(f"{what} needs {argument.name}=", path)
            return None if argument.default is NEEDED else argument.default
        value = table[argument.name]
        try:
            return argument.checked(value)
        except ValueError as error:
            self.mistakes.add(f"{what}: {argument.name}={shown(value)}: {error}", (*path, argument.name))
            return None

    def unknown_keys(self, what: str, table: Table, path: Path, known: list[str]) -> None:
        for key in table:
            if key not in known:
                hint = _hint(key, known) or f"; it takes {', '.join(known)}"
                self.mistakes.add(f"{what} has no argument {shown(key)}{hint}", (*path, key))


def _hint(word: str, known: Iterable[str]) -> str:
    return text.nearest(word[:50], list(known)[:MOST_LAYERS])
