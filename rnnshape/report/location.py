"""A line of the user's code, and what a comment on it silences."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["Location"]

_IGNORED = re.compile(r"#.*\brnnshape:\s*ignore(?:\[([^\]]*)\])?")


@dataclass(frozen=True, slots=True)
class Location:
    """A line of the user's code.

    Attributes:
        file: path of the file; of a notebook, the cell, such as "Cell In[5]".
        line: its number, from 1.
        function: the function that it stands in.
        code: the line itself, stripped; empty where it cannot be read.
    """

    file: str
    line: int
    function: str = ""
    code: str = ""

    def silences(self, code: str) -> bool:
        """Tell whether a comment on the line, ``# rnnshape: ignore[RNS112]`` or without a code, silences a rule."""
        comment = _IGNORED.search(self.code)
        if not comment:
            return False
        codes = comment.group(1)
        return codes is None or code in {c.strip().upper() for c in codes.split(",")}

    def is_line_of(self, other: Location) -> bool:
        """Tell whether it is the same line of the same file."""
        return (self.file, self.line) == (other.file, other.line)

    def __str__(self) -> str:
        where = f"{self.file}, line {self.line}" if self.file.startswith("Cell In[") else f"{self.file}:{self.line}"
        shown = f"{where}, in {self.function}" if self.function and self.function != "<module>" else where
        return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in shown)  # a file may have any name
