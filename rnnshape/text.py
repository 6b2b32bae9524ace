"""Plain text that several modules print: aligned columns, counts and units."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Sequence
from functools import cache

__all__ = [
    "ORDINALS", "a", "columns", "count", "data_size", "fitted", "flops", "listed", "module_named", "nearest", "number",
    "sentence", "shown", "shown_lines", "sizes",
]  # fmt: skip

ORDINALS = ("first", "second", "third", "fourth")
"""What operands are called that have no other name."""

_BRANCHES = " │├└─"
"""What a line is indented by, in a tree and elsewhere."""

_BELOW = str.maketrans("├└─", "│  ")

_CELL = re.compile(r"\s*(?:->\s+)?\S+(?:\s(?!->)\S+)*")
"""A cell of a table with the space before it: two spaces or more divide it from the next, or an arrow, which belongs to it."""

_UNSEEN = (*range(9), *range(10, 32), *range(127, 160), 0x61C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A))


def shown(words: str) -> str:
    r"""Make one line for a person of words that hold names from the user's code or the name of a file.

    What would steer a terminal, begin a line, turn the direction of letters, or cannot be written at all is an escape.

    >>> print(shown("rnn" + chr(27) + chr(10) + chr(0x202e)))
    rnn\x1b\n\u202e
    """
    return words if words.isprintable() else words.translate(_escapes())


@cache
def _escapes() -> dict[int, str]:
    return {c: ascii(chr(c))[1:-1] for c in (*_UNSEEN, *range(0xD800, 0xE000))}


def shown_lines(words: str) -> str:
    r"""Make lines for a person, as `shown` makes one: the ends of lines are meant.

    >>> print(shown_lines("rnn" + chr(27) + chr(10) + "fc"))
    rnn\x1b
    fc
    """
    return "\n".join(map(shown, words.split("\n")))


def module_named(path: str, kind: str) -> str:
    """Name a module as findings do: by its path and its class, or by one of them where that is all.

    >>> module_named("encoder.rnn", "LSTM"), module_named("", "LSTM"), module_named("LSTM", "LSTM")
    ('encoder.rnn (LSTM)', 'LSTM', 'LSTM')
    """
    return f"{path} ({kind})" if path and kind and path != kind else path or kind


def a(noun: str) -> str:
    """Put the article before a noun.

    >>> a("list"), a("int")
    ('a list', 'an int')
    """
    return f"an {noun}" if noun[:1].lower() in "aeiou" else f"a {noun}"


def columns(rows: Sequence[Sequence[str]], indent: str = "  ", gap: str = "  ") -> list[str]:
    """Align rows of cells at the left; a row may have fewer cells than the widest.

    >>> columns([["a", "bb"], ["aaa", "b", "c"]])
    ['  a    bb', '  aaa  b   c']
    """
    width = [max(len(row[i]) for row in rows if i < len(row)) for i in range(max(map(len, rows), default=0))]
    return [indent + gap.join(cell.ljust(width[i]) for i, cell in enumerate(row)).rstrip() for row in rows]


def fitted(words: str, width: int | None = None) -> str:
    r"""Break the lines of a table that are too wide for the terminal: between cells, never in one, so that it can be copied.

    Args:
        words: lines whose cells are divided by two spaces or more.
        width: the most characters of a line; without it those of the terminal (or COLUMNS), and any number in a pipe or a file.

    >>> print(fitted("  input  seq=9 batch=6  (9, 6)\n  h_n    batch=6", 26))
      input  seq=9 batch=6
          (9, 6)
      h_n    batch=6
    """
    width = width or _terminal_width()
    if not width:
        return words
    return "\n".join(part for line in words.split("\n") for part in _parts(line, width))


def _parts(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    stem = line[: len(line) - len(line.lstrip(_BRANCHES))]
    cells: list[str] = _CELL.findall(line, len(stem)) or [""]
    first, *cells = cells
    parts = [stem + first]
    for cell in cells:
        space = "" if len(parts) == 1 else "  "  # only the first line is aligned with those above it
        cell = cell if len(parts) == 1 else re.sub(r"\s{2,}", " ", cell.lstrip())
        if len(parts[-1]) + len(space) + len(cell) <= width:
            parts[-1] += space + cell
        else:
            parts.append(f"{stem.translate(_BELOW)}    {cell.lstrip()}")
    return parts


def sentence(words: str, width: int | None = None) -> str:
    """Break a sentence that is too wide for the terminal between its words; what follows is indented further.

    Args:
        words: one line, which may be indented.
        width: as for `fitted`.

    >>> print(sentence("  fc (Linear): samples are mixed", 26))
      fc (Linear): samples are
          mixed
    """
    width = width or _terminal_width()
    if not width or len(words) <= width:
        return words
    indent = " " * (len(words) - len(words.lstrip()) + 4)
    import textwrap

    return textwrap.fill(words, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def _terminal_width() -> int:
    """Return the width of the terminal (or COLUMNS), as shutil does, which imports much; 0 in a pipe or a file."""
    stated = os.environ.get("COLUMNS", "")
    if stated.isdecimal() and int(stated):
        return int(stated)
    try:
        return os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ is not None else -1).columns
    except (ValueError, OSError):
        return 0


def sizes(values: Iterable[object]) -> str:
    """Write sizes as torch prints a shape.

    >>> sizes((9, 6)), sizes((9,))
    ('(9, 6)', '(9,)')
    """
    items = [str(v) for v in values]
    return f"({items[0]},)" if len(items) == 1 else f"({', '.join(items)})"


def number(counted: object) -> str:
    """Write a number with commas, or what stands for it.

    >>> from rnnshape.layout.sizes import Total
    >>> number(9984), number(Total())
    ('9,984', '0')
    """
    return f"{counted:,}" if isinstance(counted, int) else str(counted)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """Write a number with its noun.

    >>> count(1, "call"), count(1200, "call"), count(2, "batch", "batches")
    ('1 call', '1,200 calls', '2 batches')
    """
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listed(items: Iterable[object], last: str = "and") -> str:
    """Write a list as in a sentence.

    >>> listed(["a", "b", "c"]), listed(["a"], "or")
    ('a, b and c', 'a')
    """
    words = [str(i) for i in items]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} {last} {words[-1]}" if words else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x'?"`` for the closest known word, or an empty string.

    >>> nearest("hiden_size", ["input_size", "hidden_size"])
    "; did you mean 'hidden_size'?"
    """
    from difflib import get_close_matches

    known = list(known)
    found = get_close_matches(word, known, n=1, cutoff=0.6) or [k for k in known if word and k.startswith(word)]
    return f"; did you mean {found[0]!r}?" if found else ""


def flops(number: object) -> str:
    """Write a number of floating point operations.

    >>> flops(1_022_976), flops(640)
    ('1.02 MFLOPs', '640 FLOPs')
    """
    return _scaled(number, 1000, ("FLOPs", "kFLOPs", "MFLOPs", "GFLOPs", "TFLOPs", "PFLOPs"))


def data_size(number: object) -> str:
    """Write a number of bytes.

    >>> data_size(39_936), data_size(12)
    ('39.0 KiB', '12 B')
    """
    return _scaled(number, 1024, ("B", "KiB", "MiB", "GiB", "TiB", "PiB"))


def _scaled(number: object, base: int, units: tuple[str, ...]) -> str:
    if not isinstance(number, int):
        return f"{number} {units[0]}"
    if number < base:
        return f"{number:,} {units[0]}"
    value, unit = float(number), 0
    while round(value) >= base and unit < len(units) - 1:
        value, unit = value / base, unit + 1
    digits = 2 if value < 10 else 1 if value < 100 else 0
    return f"{value:,.{digits}f} {units[unit]}"
