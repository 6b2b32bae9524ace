"""A mistake of ours in any function that runs while a model does: the model's owner notices nothing, and the log has it once.

The nightly run puts a fault into every function that a door calls (about 5,000 trials, ten minutes); the suite into one of each
module. HYPOTHESIS_PROFILE=nightly pytest tests/test_faults.py
"""

from __future__ import annotations

import contextlib
import gc
import os
import sys
from collections.abc import Callable, Iterator
from types import CodeType
from typing import Any

import faults
import pytest
import torch
from faults import DOORS, Fault, Ours, Reached, Trial, attempt, by_nothing, model_of
from torch import nn

import rnnshape
from rnnshape.hooks import inner_calls

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"

# A callback that was made while it had a fault may be called after the trial; in the trial we look ourselves.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

KINDS = ("right", "wrong", "raises", "compiled")

DOORS_THEMSELVES = {
    "hooks.class_call:_call_past.<locals>.__call__": "stands in the class, and guards what it calls",
    "hooks.class_call:_past": "is a guard",
    "hooks.class_call:_further": "is the way on to the user's own call",
    "hooks.dataloader:_listening.<locals>.__next__": "stands in the class of loaders, and guards what it calls",
    "tracking.track:Tracker.__torch_function__": "is called by torch, and guards what it calls",
    "tracking.standing:Standing._leave_behind": "takes the tracker off before compiled code; nobody else would",
    "tracking.compiled:_Regions._noticing.<locals>.set_compiler": "stands in torch, and guards what it calls",
    "tracking.compiled:_Regions._come_in": "is a guard",
    "checking.functions:_of_function.<locals>.wrapper": "is what the user calls, and guards what it calls",
    "checking.functions:_of_generator.<locals>.wrapper": "is what the user calls, and guards what it calls",
    "checking.functions:_begun": "is a guard",
    "checking.functions:_called": "is a guard",
    "checking.functions:_driven": "is the way on to the user's own generator",
    "checking.functions:_goes_on": "is a guard",
    "checking.functions:_ended": "is a guard",
}
"""Functions before which nobody of ours stands: a fault in their own few lines reaches the user. With the reason."""

TAKE_AWAY = {
    "hooks.class_call:_Classes.leave": "a ``__call__`` is left that passes every call on",
    "hooks.class_call:_Classes._leave": "likewise",
    "hooks.class_call:_Classes._bury": "likewise",
    "hooks.class_call:_Classes._line_up": "likewise",
    "hooks.class_call:_Classes._line_up.<locals>.<lambda>": "likewise",
    "hooks.class_call:_Place.take": "likewise",
    "tracking.compiled:_Regions.close": "a function is left where torch sets the compiler, that tells nobody",
    "tracking.compiled:_Regions._rest": "likewise",
    "tracking.compiled:_Regions._go_out": "likewise",
    "tracking.standing:Standing.leave": "likewise: the tracker itself is taken off",
    "hooks.replaced:Replaced.close": "a method is left that tells nobody",
}
"""Functions that take something of ours away: with a fault in them it stays, and does nothing. With what is left."""


CALLBACKS = {
    "coordinates.room:Beside.__init__.<locals>.gone": "of a tensor that has died",
    "hooks.class_call:_Classes._line_up": "of a checked class that has died",
    "hooks.class_call:_Place.take": "likewise",
    "hooks.inner_calls:_Stand.leave_for_good": "of the last function that is checked",
}
"""Functions that Python calls when something dies: it prints what they raise, and goes on. With what dies."""


@pytest.fixture(scope="module")
def known() -> dict[CodeType, Ours]:
    return faults.ours()


@pytest.fixture(autouse=True, scope="module")
def _guests_are_counted_anew() -> Iterator[None]:
    """A fault where one comes or goes leaves the count of those who may enter wrong, also for other tests."""
    yield
    gc.collect()
    inner_calls._stand._stands = False  # a trial clears the classes of whoever stands in them
    inner_calls._stand._guests = sum(type(one) is inner_calls.InnerCalls for one in gc.get_objects())


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def plain(kind: str) -> Trial:
    return attempt(by_nothing, kind, contextlib.nullcontext())


def reached(door: str, kind: str, known: dict[CodeType, Ours]) -> list[Ours]:
    """Return our functions that a door calls, in their order."""
    calls = Reached()
    attempt(DOORS[door], kind, calls)
    return [known[code] for code in calls.codes if code in known]


def harm(trial: Trial, expected: Trial, name: str) -> list[str]:
    """Say what the owner of the model notices of a fault."""
    said: list[str] = []
    if name in DOORS_THEMSELVES:
        return said
    if not trial.seen.same_as(expected.seen):
        said.append(f"other numbers, or {trial.seen.error or 'no error'}")
    if trial.left and name not in TAKE_AWAY:
        said.append(f"left behind: {', '.join(trial.left)}")
    if trial.unraisable and name not in CALLBACKS:
        said.append(f"printed by Python: {trial.unraisable[0]}")
    if trial.hits and len(trial.mistakes) != 1 and not trial.unraisable:
        said.append(f"{len(trial.mistakes)} in the log")
    return said


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", DOORS)
def test_without_a_fault_nothing_is_noticed(door: str, kind: str) -> None:
    trial = attempt(DOORS[door], kind, contextlib.nullcontext())
    assert trial.seen.same_as(plain(kind).seen)
    assert not trial.left + trial.mistakes + trial.unraisable


@pytest.mark.parametrize("door", DOORS)
def test_a_fault_in_one_function_of_each_module(door: str, known: dict[CodeType, Ours]) -> None:
    expected = plain("wrong")
    found = reached(door, "wrong", known)
    number = list(DOORS).index(door)
    modules: dict[str, list[Ours]] = {}
    for one in found:
        modules.setdefault(one.name.partition(":")[0], []).append(one)
    # The modules are shared out among the doors.
    sample = [of_module[(7 * number) % len(of_module)] for of_module in list(modules.values())[number :: len(DOORS)]]
    noticed = {one.name: harm(attempt(DOORS[door], "wrong", Fault(one)), expected, one.name) for one in sample}
    assert not {name: said for name, said in noticed.items() if said}
    assert sample


@pytest.mark.parametrize("door", ["watch(model, track=True)", "check a class"])
def test_a_fault_in_every_function_that_compiled_code_has_called(door: str, known: dict[CodeType, Ours]) -> None:
    expected = plain("compiled")
    otherwise = reached(door, "right", known)
    found = [one for one in reached(door, "compiled", known) if one not in otherwise]
    noticed = {one.name: harm(attempt(DOORS[door], "compiled", Fault(one)), expected, one.name) for one in found}
    assert not {name: said for name, said in noticed.items() if said}
    assert {one.name.partition(":")[0] for one in found} >= {"tracking.compiled", "hooks.class_call", "session"} - (
        {"session"} if door == "check a class" else set()
    )


@pytest.mark.skipif(not NIGHTLY, reason="a fault in every function: nightly")
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("door", DOORS)
def test_a_fault_in_every_function(door: str, kind: str, known: dict[CodeType, Ours]) -> None:
    expected = plain(kind)
    noticed = {}
    for one in reached(door, kind, known):
        said = harm(attempt(DOORS[door], kind, Fault(one)), expected, one.name)
        if said:
            noticed[one.name] = said
    assert not noticed


@pytest.mark.skipif(not NIGHTLY, reason="Ctrl-C in every function: nightly")
@pytest.mark.parametrize("door", DOORS)
def test_ctrl_c_in_every_function(door: str, known: dict[CodeType, Ours]) -> None:
    noticed = {}
    for one in reached(door, "right", known):
        trial = attempt(DOORS[door], "right", Fault(one, KeyboardInterrupt))
        stopped = isinstance(trial.reached, KeyboardInterrupt) or trial.unraisable or not trial.hits
        if not stopped or trial.mistakes or (trial.left and one.name not in TAKE_AWAY):
            noticed[one.name] = (repr(trial.reached), trial.left, trial.mistakes)
    assert not noticed


@pytest.mark.parametrize("door", DOORS)
def test_ctrl_c_passes_and_leaves_nothing_behind(door: str, known: dict[CodeType, Ours]) -> None:
    found = [one for one in reached(door, "right", known) if one.name not in TAKE_AWAY]
    for one in found[list(DOORS).index(door) + 3 :: max(len(found) // 4, 1)]:
        trial = attempt(DOORS[door], "right", Fault(one, KeyboardInterrupt))
        if trial.hits:
            assert isinstance(trial.reached, KeyboardInterrupt) or trial.unraisable, one.name
            assert not trial.left + trial.mistakes, one.name


def test_what_is_listed_exists(known: dict[CodeType, Ours]) -> None:
    assert {*DOORS_THEMSELVES, *TAKE_AWAY, *CALLBACKS} <= {one.name for one in known.values()}


def test_the_harm_of_a_fault_is_noticed(known: dict[CodeType, Ours]) -> None:
    """What stands before nobody does reach the user: so a fault that did would be seen."""
    one = next(one for one in known.values() if one.name == "hooks.class_call:_further")
    trial = attempt(DOORS["watch(model)"], "right", Fault(one))
    assert trial.seen.error == "RuntimeError: a fault in hooks.class_call:_further"
    assert harm(trial, plain("right"), "another")


# The stack


class Depth(torch.overrides.TorchFunctionMode):
    """The deepest stack of Python's in which torch is asked for an LSTM."""

    deepest = 0

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func is torch.lstm:
            frame, depth = sys._getframe(), 0
            while frame is not None:
                frame, depth = frame.f_back, depth + 1  # type: ignore[assignment]
            self.deepest = max(self.deepest, depth)
        return func(*args, **(kwargs or {}))


def deepest(open_door: Callable[[nn.Module], contextlib.AbstractContextManager[Any]]) -> int:
    class Nested(nn.Module):
        def __init__(self, inner: nn.Module) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, x: torch.Tensor) -> Any:
            return self.inner(x)

    model: nn.Module = nn.LSTM(3, 4)
    for _ in range(9):
        model = Nested(model)
    with Depth() as depth, open_door(model):
        model(torch.zeros(5, 2, 3))
    return depth.deepest


@pytest.mark.parametrize(
    "open_door",
    [
        rnnshape.watch,
        lambda model: rnnshape.watch(model, track=True),
        lambda _: rnnshape.watch(track=True),
        lambda model: contextlib.nullcontext(rnnshape.check(model)),
    ],
    ids=["watch(model)", "watch(model, track=True)", "watch(track=True)", "check"],
)
def test_a_call_of_a_module_has_no_more_than_ten_frames_of_ours(open_door: Any) -> None:
    without = deepest(lambda _: contextlib.nullcontext())
    assert 0 < deepest(open_door) - without <= 10 * 10


def test_near_the_limit_of_the_stack_the_model_is_what_it_was() -> None:
    """Our own work needs more of the stack than is left: it steps aside, and the layer runs."""
    model, x = nn.LSTM(3, 4), torch.zeros(5, 2, 3)
    expected = model(x)[0]

    def down(left: int) -> torch.Tensor:
        return model(x)[0] if not left else down(left - 1)

    def deep() -> int:
        frame, depth = sys._getframe(), 0
        while frame is not None:
            frame, depth = frame.f_back, depth + 1  # type: ignore[assignment]
        return depth

    gc.collect()
    inner_calls._stand.rest()  # of those who were checked in other tests
    before = faults.left_behind(model)
    room = sys.getrecursionlimit() - deep()
    for left in range(room - 60, room - 25):
        with rnnshape.watch(model, track=True) as report:
            try:
                assert torch.equal(down(left), expected)
            except RecursionError:
                break
        assert report.ok
    else:
        raise AssertionError("the limit was not met")
    assert left > room - 60
    assert faults.left_behind(model) == before


def test_every_kind_of_model_is_what_it_says() -> None:
    assert not plain("right").seen.error
    assert plain("raises").seen.error
    for kind, codes in (("right", set()), ("wrong", {"RNS203"})):
        with rnnshape.watch(model := model_of(kind), on="record", track=True) as report:
            faults.train(model, faults.Seen())
        assert codes <= {finding.code for finding in report.findings}
        assert report.ok == (not codes)
