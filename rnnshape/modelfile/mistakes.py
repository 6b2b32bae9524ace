"""Mistakes of form in a file: each with its line, and all of them told at once."""

from __future__ import annotations

from rnnshape.errors import SpecError
from rnnshape.modelfile.lines import Path
from rnnshape.modelfile.reading import Document

__all__ = ["Mistakes"]


class Mistakes:
    """Mistakes of form, with their lines; raised together."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self._found: dict[tuple[int, str], None] = {}

    def add(self, message: str, path: Path) -> None:
        """Note a mistake."""
        self._found[(self.document.lines.nearest(path), message)] = None

    def __len__(self) -> int:
        return len(self._found)

    def raise_any(self) -> None:
        """Raise them, if there are any.

        Raises:
            SpecError: a line for each, in the order of the file.
        """
        if self._found:
            lines = [f"{self.document.file}:{line}: {message}" for line, message in sorted(self._found)]
            more = [f"... and {len(lines) - 20} more"] if len(lines) > 20 else []
            raise SpecError("\n".join(lines[:20] + more))
