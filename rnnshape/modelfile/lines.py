r"""On which line of a TOML or JSON text each key and each item stands, which the standard library's readers do not tell.

A scanner only finds its way: whether the text is right is for ``tomllib`` and ``json`` to say, and where it is not, a scanner
ends early. What it does judge is nesting, before those readers would run out of stack or time over it.

>>> toml_lines("[[layer]]\ntype = 'GRU' # one\n[[layer]]\nsizes = [\n  6,\n]")[("layer", 1, "sizes", 0)]
5
"""

from __future__ import annotations

import json
import re
import tomllib
from bisect import bisect_right
from contextlib import suppress

__all__ = ["Lines", "NestedTooDeepError", "Path", "json_lines", "toml_lines"]

Path = tuple[str | int, ...]
"""Keys and indices that lead to a value."""

DEEPEST = 16
"""Levels of nesting, and parts of a dotted key."""

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t\r\n]*")
_INDENT = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_QUOTED = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_TOML_SCALAR = re.compile(r"[^,\]}#\n]+")
_JSON_SCALAR = re.compile(r"[^,\]}\s]+")
_STOP = re.compile(r'\\|"""')


class NestedTooDeepError(Exception):
    """Raised where values or keys are nested too deep; carries the line."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line)


class _LostError(Exception):
    """The text is not what the scanner expects here."""


class Lines(dict[Path, int]):
    """The line of each path, from 1.

    Attributes:
        repeated: paths that occur a second time, with the line of that.
    """

    def __init__(self) -> None:
        super().__init__()
        self.repeated: list[tuple[Path, int]] = []

    def nearest(self, path: Path) -> int:
        """Return the line of a path, or of the innermost one around it that is known."""
        return next((self[path[:end]] for end in range(len(path), 0, -1) if path[:end] in self), 1)


def toml_lines(text: str) -> Lines:
    """Return the line of every key and item of a TOML text.

    Raises:
        NestedTooDeepError: beyond 16 levels.
    """
    scanner = _Toml(text)
    with suppress(_LostError):
        scanner.document()
    return scanner.lines


def json_lines(text: str) -> Lines:
    """Return the line of every key and item of a JSON text.

    Raises:
        NestedTooDeepError: beyond 16 levels.
    """
    scanner = _Json(text)
    with suppress(_LostError):
        scanner.value((), 0)
    return scanner.lines


class _Scanner:
    """A cursor over the text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines = Lines()
        self._starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def line(self) -> int:
        return bisect_right(self._starts, self.at)

    def note(self, path: Path, line: int) -> None:
        if path in self.lines:
            self.lines.repeated.append((path, line))
        else:
            self.lines[path] = line

    def pass_over(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise _LostError
        self.at = found.end()
        return found.group()

    def accept(self, token: str) -> bool:
        if not self.text.startswith(token, self.at):
            return False
        self.at += len(token)
        return True

    def demand(self, token: str) -> None:
        if not self.accept(token):
            raise _LostError

    def check_depth(self, depth: int) -> None:
        if depth > DEEPEST:
            raise NestedTooDeepError(self.line())


class _Toml(_Scanner):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.tables: dict[Path, int] = {}

    def document(self) -> None:
        table: Path = ()
        self.pass_over(_BLANK)
        while self.at < len(self.text):
            line = self.line()
            if self.accept("[["):
                table = self.appended(self.key(), line)
                self.demand("]]")
            elif self.accept("["):
                table = self.reached((), self.key(), line)
                self.demand("]")
            else:
                self.pair(table, 0)
            self.pass_over(_BLANK)

    def key(self) -> list[str]:
        """Read a dotted key, with the blanks around it."""
        parts: list[str] = []
        while True:
            self.pass_over(_INDENT)
            if self.text.startswith('"', self.at):
                parts.append(_unquoted(self.pass_over(_QUOTED)))
            elif self.text.startswith("'", self.at):
                parts.append(self.pass_over(_LITERAL)[1:-1])
            else:
                parts.append(self.pass_over(_BARE_KEY))
            self.check_depth(len(parts))
            self.pass_over(_INDENT)
            if not self.accept("."):
                return parts

    def reached(self, base: Path, parts: list[str], line: int) -> Path:
        """Return the path that a key names; of an array of tables it means the last one."""
        path = base
        for part in parts:
            path = (*path, part)
            self.lines.setdefault(path, line)
            if path in self.tables:
                path = (*path, self.tables[path] - 1)
        return path

    def appended(self, parts: list[str], line: int) -> Path:
        array = (*self.reached((), parts[:-1], line), parts[-1])
        self.lines.setdefault(array, line)
        number = self.tables.get(array, 0)
        self.tables[array] = number + 1
        self.note((*array, number), line)
        return (*array, number)

    def pair(self, base: Path, depth: int) -> None:
        line = self.line()
        path = self.reached(base, self.key(), line)
        self.demand("=")
        self.pass_over(_INDENT)
        self.value(path, depth)

    def value(self, path: Path, depth: int) -> None:
        if self.accept('"""'):
            self.multiline()
        elif self.accept("'''"):
            end = self.text.find("'''", self.at)
            self.close(end, "'")
        elif self.text.startswith('"', self.at):
            self.pass_over(_QUOTED)
        elif self.text.startswith("'", self.at):
            self.pass_over(_LITERAL)
        elif self.accept("["):
            self.array(path, depth + 1)
        elif self.accept("{"):
            self.inline_table(path, depth + 1)
        else:
            self.pass_over(_TOML_SCALAR)

    def multiline(self) -> None:
        while True:
            found = _STOP.search(self.text, self.at)
            if found is None:
                raise _LostError
            if found.group() != "\\":
                return self.close(found.start(), '"')
            self.at = found.end() + 1

    def close(self, end: int, quote: str) -> None:
        """Go past three closing quotes, before which one or two may stand that belong to the text."""
        if end < 0:
            raise _LostError
        self.at = end + 3
        for _ in range(2):
            self.accept(quote)

    def array(self, path: Path, depth: int) -> None:
        self.check_depth(depth)
        number = 0
        self.pass_over(_BLANK)
        while not self.accept("]"):
            self.note((*path, number), self.line())
            self.value((*path, number), depth)
            self.pass_over(_BLANK)
            if not self.accept(","):
                return self.demand("]")
            self.pass_over(_BLANK)
            number += 1
        return None

    def inline_table(self, path: Path, depth: int) -> None:
        self.check_depth(depth)
        self.pass_over(_BLANK)
        while not self.accept("}"):
            self.pair(path, depth)
            self.pass_over(_BLANK)
            if not self.accept(","):
                return self.demand("}")
            self.pass_over(_BLANK)
        return None


def _unquoted(key: str) -> str:
    try:
        return next(iter(tomllib.loads(f"{key} = 0")))
    except ValueError:
        raise _LostError from None


class _Json(_Scanner):
    def value(self, path: Path, depth: int) -> None:
        self.pass_over(_SPACE)
        if self.text.startswith('"', self.at):
            self.pass_over(_QUOTED)
        elif self.accept("["):
            self.array(path, depth + 1)
        elif self.accept("{"):
            self.object(path, depth + 1)
        else:
            self.pass_over(_JSON_SCALAR)
        self.pass_over(_SPACE)

    def array(self, path: Path, depth: int) -> None:
        self.check_depth(depth)
        number = 0
        self.pass_over(_SPACE)
        while not self.accept("]"):
            self.note((*path, number), self.line())
            self.value((*path, number), depth)
            if not self.accept(","):
                return self.demand("]")
            self.pass_over(_SPACE)
            number += 1
        return None

    def object(self, path: Path, depth: int) -> None:
        self.check_depth(depth)
        self.pass_over(_SPACE)
        while not self.accept("}"):
            line = self.line()
            member = (*path, self.member())
            self.note(member, line)
            self.pass_over(_SPACE)
            self.demand(":")
            self.value(member, depth)
            if not self.accept(","):
                return self.demand("}")
            self.pass_over(_SPACE)
        return None

    def member(self) -> str:
        try:
            return json.loads(self.pass_over(_QUOTED))
        except ValueError:
            raise _LostError from None
