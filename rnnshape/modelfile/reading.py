"""A file to data and line numbers. Nothing that stands in a file is ever run, and what is wrong takes one line to say."""

from __future__ import annotations

import json
import os
import re
import stat
import tomllib
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import NoReturn, cast

from rnnshape import text
from rnnshape.errors import SpecError
from rnnshape.modelfile.lines import DEEPEST, Lines, NestedTooDeepError, Path, json_lines, toml_lines
from rnnshape.report.location import Location

__all__ = ["Document", "Table", "read", "read_text", "shown"]

Table = dict[str, object]
"""A table as it stands in a file: of what its keys hold, nothing is known yet."""

LARGEST = 1 << 18
"""Bytes of a file. One with a thousand layers has half of it."""

SUFFIXES = (".toml", ".json")

_AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


def shown(value: object) -> str:
    """Write a value in a message: as Python does, on one line, and not all of a long one.

    >>> shown("x" * 100)[:5], len(shown("x" * 100)), shown({"a": 1})
    ("'xxxx", 60, 'a table')
    """
    if isinstance(value, list):
        items = cast("list[object]", value)
        if len(items) > 6 or any(isinstance(i, (dict, list)) for i in items):
            return f"a list of {text.count(len(items), 'item')}"
        return f"[{', '.join(map(shown, items))}]"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        written = ascii(value[:100]) if value.isascii() or not value.isprintable() else repr(value[:100])
    else:
        written = str(value) if not isinstance(value, int) or value.bit_length() < 200 else "a number of many digits"
    return written if len(written) <= 60 and (not isinstance(value, str) or len(value) <= 100) else f"{written[:57]}..."


@dataclass(frozen=True)
class Document:
    """What stands in a file, and where.

    Attributes:
        file: its name, as it was given.
        data: the top table.
        lines: the line of each key and item.
        text: the lines themselves.
    """

    file: str
    data: Table
    lines: Lines
    text: tuple[str, ...] = field(repr=False)

    def location(self, path: Path) -> Location:
        """Return the place of a key or item, or of the innermost one around it."""
        line = self.lines.nearest(path)
        code = self.text[line - 1].strip() if line <= len(self.text) else ""
        return Location(self.file, line, "", _printable(code))


def read(path: str | os.PathLike[str]) -> Document:
    """Read a model's file.

    Args:
        path: of a ``.toml`` or ``.json`` file of at most 256 KiB.

    Raises:
        SpecError: for anything that is no such file; the message is one line and begins with the file's name.
    """
    name = _printable(os.fsdecode(path))
    suffix = PurePath(name).suffix.lower()
    if suffix not in SUFFIXES:
        raise SpecError(f"{name}: a model's file ends in .toml or .json")
    content = _content(path, name)
    try:
        return read_text(content.decode("utf-8-sig"), name)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SpecError(f"{name}:{line}: this is not UTF-8; save the file as UTF-8") from None


def _printable(line: str) -> str:
    """Write what would steer a terminal, or cannot be written, as an escape."""
    return "".join(c if c.isprintable() else "\t" if c == "\t" else ascii(c)[1:-1] for c in line)


def _content(path: str | os.PathLike[str], name: str) -> bytes:
    try:
        # A pipe or a device might never end.
        regular = stat.S_ISREG(os.stat(path).st_mode)
        content = _first_bytes(path) if regular else b""
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SpecError(f"{name}: cannot be read: {reason}") from None
    if not regular:
        raise SpecError(f"{name}: this is a directory, a pipe or a device; name a file")
    if len(content) > LARGEST:
        raise SpecError(f"{name}: the file is larger than {text.data_size(LARGEST)}; a model's description is short")
    return content


def _first_bytes(path: str | os.PathLike[str]) -> bytes:
    with open(path, "rb") as file:
        return file.read(LARGEST + 1)


def read_text(content: str, name: str) -> Document:
    """Read a model's description that is at hand already.

    Args:
        content: TOML, or JSON where the name ends in ".json".
        name: of the file, for messages.

    Raises:
        SpecError: where it cannot be read.
    """
    as_json = PurePath(name).suffix.lower() == ".json"
    try:
        lines = json_lines(content) if as_json else toml_lines(content)
    except NestedTooDeepError as error:
        raise SpecError(f"{name}:{error.line}: this is nested more than {DEEPEST} deep") from None
    data = _json(content, name) if as_json else _toml(content, name)
    if as_json and lines.repeated:
        path, line = lines.repeated[0]
        raise SpecError(f"{name}:{line}: {shown(path[-1])} stands here a second time")
    if not isinstance(data, dict):
        raise SpecError(f'{name}:1: a table is needed, as in {{"input": ..., "layer": [...]}}, got {shown(data)}')
    return Document(name, cast("Table", data), lines, tuple(content.split("\n")))


def _toml(content: str, name: str) -> object:
    try:
        return tomllib.loads(content)
    except RecursionError:
        raise SpecError(f"{name}: this is nested too deep") from None
    except ValueError as error:  # a number of too many digits is one that is no TOMLDecodeError
        found = _AT.search(str(error))
        line = int(found[1]) if found and found[1] else content.count("\n") + 1 if found else _long_number(content)
        _no_syntax(name, line, _AT.sub("", str(error)), "TOML")


def _json(content: str, name: str) -> object:
    def constant(word: str) -> NoReturn:
        line = next((i for i, at in enumerate(content.split("\n"), 1) if re.search(rf"(?<!\w){word}\b", at)), 1)
        raise SpecError(f"{name}:{line}: {word} is no number here")

    try:
        return json.loads(content, parse_constant=constant)
    except RecursionError:
        raise SpecError(f"{name}: this is nested too deep") from None
    except json.JSONDecodeError as error:
        _no_syntax(name, error.lineno, error.msg, "JSON")
    except SpecError:
        raise
    except ValueError as error:
        _no_syntax(name, _long_number(content), str(error), "JSON")


def _no_syntax(name: str, line: int, reason: str, language: str) -> NoReturn:
    first = reason.splitlines()[0] if reason else ""
    if "digits" in first:
        first = "a number of too many digits"
    raise SpecError(f"{name}:{line}: this is no {language}: {first[:1].lower()}{first[1:]}") from None


def _long_number(content: str) -> int:
    found = re.search(r"[0-9_]{4000,}", content)
    return content.count("\n", 0, found.start()) + 1 if found else 1
