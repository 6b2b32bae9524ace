"""Everything rnnshape raises on purpose.

    RNNShapeError
    ├── LayoutError (ValueError)          an operation that a Layout does not allow
    │   ├── LayoutSyntaxError             a Layout string that cannot be read
    │   ├── LayoutAssertionError (AssertionError)
    │   │                                 a tensor that is not what was asserted
    │   └── LayoutIndexError (IndexError) an index or a dim out of range
    ├── SpecError (ValueError)            a configuration that torch would reject
    │   └── SpecTypeError (TypeError)     an argument of the wrong type
    └── ContractError (RuntimeError, ValueError)
                                          a call that breaks a recurrent layer's contract

    RNNShapeWarning (UserWarning)         a call that is legal but almost never meant

Each also is the builtin exception that torch or Python raises for the same mistake, so an ``except`` clause that is already
there still fits.
"""

from __future__ import annotations

from typing import Any

__all__ = [
    "ContractError",
    "LayoutAssertionError",
    "LayoutError",
    "LayoutIndexError",
    "LayoutSyntaxError",
    "RNNShapeError",
    "RNNShapeWarning",
    "SpecError",
    "SpecTypeError",
]


def _shown(words: str) -> str:
    """Return words without a character that would steer a terminal; `rnnshape.text` does the same, and stands higher."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in words)


class RNNShapeError(Exception):
    """The base of every exception that rnnshape raises on purpose."""


class LayoutError(RNNShapeError, ValueError):
    """An operation that a Layout does not allow; the first line says which."""


class LayoutAssertionError(LayoutError, AssertionError):
    """A tensor or an array that is not what `rnnshape.assert_layout` says."""


class LayoutIndexError(LayoutError, IndexError):
    """An index or a dim that the Layout does not have."""


_AROUND = 100
"""Characters that are shown on either side of a mistake in a long text."""


class LayoutSyntaxError(LayoutError):
    """A Layout string that cannot be read.

    Attributes:
        text: the string as it was given.
        position: offset of the mistake, in characters.
        reason: what is wrong there.
    """

    def __init__(self, text: str, position: int, reason: str) -> None:
        self.text = text
        self.position = position
        self.reason = reason
        # One character for each, so that the caret stands under the mistake in a text of several lines too.
        line = "".join(" " if character.isspace() else character for character in text)
        first = max(0, position - _AROUND) if len(line) > 2 * _AROUND else 0
        before, after = "..." if first else "", "..." if len(line) > first + 2 * _AROUND else ""
        left, right = _shown(line[first:position]), _shown(line[position : first + 2 * _AROUND])
        caret = " " * len(before + left) + "^"
        super().__init__(f"cannot read this layout: {_shown(reason)}\n  {before}{left}{right}{after}\n  {caret}")

    def __reduce__(self) -> tuple[type[LayoutSyntaxError], tuple[str, int, str]]:
        return type(self), (self.text, self.position, self.reason)


class SpecError(RNNShapeError, ValueError):
    """A configuration that torch rejects too; the message says what fits."""


class SpecTypeError(SpecError, TypeError):
    """A configuration argument of the wrong type."""


class ContractError(RNNShapeError, RuntimeError, ValueError):
    """A call that breaks the contract of a recurrent layer.

    torch raises ``RuntimeError`` for some of these and ``ValueError`` for others; this is both.

    Attributes:
        findings: every `rnnshape.Finding` of the call, with code, layouts, location and suggestion.
    """

    def __init__(self, message: str, findings: tuple[Any, ...] = ()) -> None:
        self.findings = findings
        super().__init__(message)


class RNNShapeWarning(UserWarning):
    """A call that is legal but almost never meant."""
