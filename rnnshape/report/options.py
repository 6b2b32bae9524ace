"""The options that everything which watches takes, checked in one place."""

from __future__ import annotations

from collections.abc import Iterable
from typing import get_args

from rnnshape.errors import SpecError
from rnnshape.report.catalogue import checked_codes
from rnnshape.report.reporter import Action
from rnnshape.report.settings import ignored_codes, switch

__all__ = ["checked_options"]


def checked_options(on: Action, ignore: Iterable[str], track: bool | int) -> tuple[Action, tuple[str, ...], int | None]:
    """Return what to do about an error, the codes that are not reported, and how many calls are followed; None for all.

    Raises:
        SpecError: for an option that does not exist.
    """
    asked = switch()
    if on not in get_args(Action):
        raise SpecError(f"on={on!r}: use one of {', '.join(map(repr, get_args(Action)))}")
    codes = (*checked_codes(ignore), *ignored_codes())
    if not isinstance(track, int) or track < 0:  # pyright: ignore[reportUnnecessaryIsInstance]
        raise SpecError(f"track={track!r}: a number of steps is needed, or True or False")
    return (on if asked is None or asked == "off" else asked), codes, None if track is True else int(track)
