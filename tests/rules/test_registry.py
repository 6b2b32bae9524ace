"""Who is asked again where an operation is repeated: whoever looked at something of the step that may have changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest

from rnnshape.layout.axes import Axis
from rnnshape.report.mistake import Mistake
from rnnshape.rules import registry
from rnnshape.rules.step import Step


class Used(NamedTuple):
    """A use that no operation emits."""

    name: str


@pytest.fixture
def step(monkeypatch: pytest.MonkeyPatch) -> Iterator[Step]:
    monkeypatch.setattr(registry, "_rules", {})
    monkeypatch.setattr(registry, "_notes", {})
    registry.listeners.cache_clear()
    yield Step(lambda: (None, "", ""), lambda *_: None)
    registry.listeners.cache_clear()


def asked_again(step: Step, asked: Callable[[Step], object], as_note: bool) -> list[bool]:
    def rule(use: Any, step: Step) -> Iterator[Mistake]:
        asked(step)
        yield from ()

    def note(use: Any, step: Step) -> None:
        asked(step)

    kind: Any = Used
    (registry.note(kind)(note) if as_note else registry.rule(kind)(rule))
    use: Any = Used("used")
    mistake, looked = registry.notice(use, step)
    assert mistake is None
    return [again for _, again in looked]


AXIS = Axis("step", "#1")


@pytest.mark.parametrize(
    ("asked", "of_rule", "of_note"),
    [
        pytest.param(lambda step: None, [], [], id="nothing"),
        pytest.param(lambda step: step.source(AXIS), [False], [False], id="which call has made an axis"),
        pytest.param(lambda step: step.usage.calls, [True], [False], id="usage"),
        pytest.param(lambda step: step.told, [True], [True], id="what was told"),
        pytest.param(lambda step: (step.source(AXIS), step.orders), [True], [False], id="a call, and orders"),
        pytest.param(lambda step: (step.source(AXIS), step.padding), [True], [True], id="a call, and padding"),
    ],
)
def test_who_is_asked_again_of_the_same_marks(
    step: Step, asked: Callable[[Step], object], of_rule: list[bool], of_note: list[bool]
) -> None:
    assert asked_again(step, asked, as_note=False) == of_rule
    registry._rules.clear()
    registry.listeners.cache_clear()
    assert asked_again(step, asked, as_note=True) == of_note
