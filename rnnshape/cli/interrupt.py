"""How Ctrl-C in a script gets past click."""

from __future__ import annotations

__all__ = ["Interrupt"]


class Interrupt(BaseException):
    """A KeyboardInterrupt on its way past click, which would end with an exit code instead of the signal."""
