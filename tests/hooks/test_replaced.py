"""A method that is ours while anybody listens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from rnnshape.hooks.replaced import Replaced


class Bell:
    """Rings."""

    def ring(self) -> str:
        return "ding"


UNTOUCHED = Bell.ring


@pytest.fixture
def heard() -> Replaced[list[Bell]]:
    def listening(before: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def ring(self: Bell) -> str:
            for listener in replaced.listeners:
                listener.append(self)
            return before(self)

        return ring

    replaced: Replaced[list[Bell]] = Replaced(Bell, "ring", listening)
    return replaced


def test_everyone_who_listens_hears_and_the_last_gives_the_method_back(heard: Replaced[list[Bell]]) -> None:
    first, second, bell = [Bell()], list[Bell](), Bell()
    heard.open(first)
    heard.open(second)
    heard.open(second)
    assert bell.ring() == "ding"
    assert (first[1:], second) == ([bell], [bell])
    heard.close(first)
    assert Bell.ring is not UNTOUCHED
    heard.close(second)
    assert Bell.ring is UNTOUCHED


def test_another_in_our_place_stays_there_and_calls_nobody(heard: Replaced[list[Bell]]) -> None:
    calls = list[Bell]()
    heard.open(calls)
    ours = Bell.ring
    Bell.ring = lambda self: ours(self) + "!"
    theirs = Bell.ring
    heard.close(calls)
    assert Bell.ring is theirs
    assert Bell().ring() == "ding!"
    assert calls == []
    Bell.ring = UNTOUCHED


def test_whoever_took_ours_away_does_not_make_us_deaf(heard: Replaced[list[Bell]]) -> None:
    calls, bell = list[Bell](), Bell()
    heard.open(calls)
    Bell.ring = UNTOUCHED
    heard.open(calls)
    bell.ring()
    assert calls == [bell]
    heard.close(calls)
    assert Bell.ring is UNTOUCHED
