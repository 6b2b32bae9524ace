"""What is left of a traceback."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest
import torch
from torch import nn

from rnnshape import Finding, Layout, LayoutError, Report, watch
from rnnshape.tracebacks import clear_of_ours, is_our_mistake, shorten_notes


def frames(error: BaseException | None) -> list[str]:
    assert error is not None
    return [frame.name for frame in traceback.extract_tb(error.__traceback__)]


def raised(work: Callable[[], object]) -> BaseException:
    try:
        work()
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def ours() -> None:
    Layout.parse("batch=6 seq=9").reshape(9, 6)


def callback() -> None:
    """Go from a frame of ours to one of the user's."""

    def sink(_: object) -> None:
        raise KeyError("the user's own")

    Report(sinks=[sink]).add(Finding("RNS103", "error", "wrong"))


def test_frames_of_ours_are_gone_at_the_end_and_in_the_middle() -> None:
    for work, left in ((ours, ["raised", "ours"]), (callback, ["raised", "callback", "sink"])):
        error = raised(work)
        assert len(frames(error)) > len(left)
        clear_of_ours(error)
        assert frames(error) == left


def test_a_traceback_without_ours_keeps_its_lines() -> None:
    error = raised(lambda: 1 / 0)
    before = traceback.format_exception(error)
    clear_of_ours(error)
    assert traceback.format_exception(error) == before


def test_the_exceptions_that_led_to_it_and_those_of_a_group_are_cleared_too() -> None:
    def chained() -> None:
        try:
            ours()
        except LayoutError as error:
            raise ValueError from error

    def later() -> None:
        try:
            ours()
        finally:
            raise ValueError

    cause, context, group = raised(chained), raised(later), ExceptionGroup("two", [LayoutError("a"), raised(ours)])  # type: ignore[list-item]
    for error in (cause, context, group):
        clear_of_ours(error)
    assert frames(cause.__cause__) == ["chained", "ours"]
    assert frames(context.__context__) == ["later", "ours"]
    assert frames(group.exceptions[1]) == ["raised", "ours"]


def test_exceptions_in_a_circle_come_to_an_end() -> None:
    error, other = raised(ours), raised(ours)
    error.__context__, other.__context__ = other, error
    clear_of_ours(error)
    assert frames(error) == frames(other) == ["raised", "ours"]


def test_one_that_was_never_raised_has_none() -> None:
    error = pytest.fail.Exception("never raised")
    clear_of_ours(error)
    assert error.__traceback__ is None


def test_a_contract_error_stands_on_the_users_line() -> None:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(4, 8)

        def forward(self, x: torch.Tensor) -> object:
            return self.rnn(x, torch.zeros(3, 6, 8))

    def watched() -> None:
        with watch(model):
            model(torch.zeros(9, 6, 4))

    model = Model()
    error, torchs_own = raised(watched), raised(lambda: model(torch.zeros(9, 6, 4)))
    for each in (error, torchs_own):
        clear_of_ours(each)
    assert frames(error) == ["raised", "watched", "forward"]
    assert frames(torchs_own)[-1] == "check_hidden_size"


def backward_twice() -> None:
    rows = nn.Linear(4, 2)(torch.zeros(3, 4)).sin()
    rows.sum().backward()
    rows.sum().backward()


def interrupted_backward() -> None:
    def interrupt(_: torch.Tensor) -> None:
        raise KeyboardInterrupt

    rows = nn.Linear(4, 2)(torch.zeros(3, 4))
    rows.register_hook(interrupt)
    rows.sum().backward()


@pytest.mark.parametrize("work", [backward_twice, interrupted_backward, lambda: nn.Embedding(2, 3)(torch.tensor([5]))])
def test_what_is_raised_while_it_is_followed_has_the_frames_that_it_has_without(work: Callable[[], object]) -> None:
    def followed() -> None:
        with watch(track=True, on="record"):
            work()

    plain, error = raised(work), raised(followed)
    clear_of_ours(error)
    assert frames(error) == ["raised", "followed", *frames(plain)[1:]]


def test_a_mistake_of_ours_is_told_from_what_we_raise_on_purpose() -> None:
    def mistaken() -> None:
        Layout.parse(None)  # type: ignore[arg-type]

    assert [is_our_mistake(raised(work)) for work in (mistaken, ours, callback)] == [True, False, False]
    assert not is_our_mistake(ValueError("never raised"))


def test_notes_that_are_told_in_full_elsewhere_keep_their_first_lines() -> None:
    told = "RNS102 error: rnn (LSTM): input axis 'feature' is 4, expected input_size=3"
    other = "RNS505 error: scores and targets differ"
    cause, error = RuntimeError("inner"), ValueError("outer")
    error.__cause__ = cause
    cause.add_note(f"rnnshape: {told}\n  got  (2, 5, 4)\n\n{told}\n  got  (3, 5, 4)")
    error.add_note(f"rnnshape: {other}\n  seen  (11, 2)")
    error.add_note("of the user's\n\nown")
    shorten_notes(error, {told})
    assert cause.__notes__ == [f"rnnshape: {told}\n{told}"]
    assert error.__notes__ == [f"rnnshape: {other}\n  seen  (11, 2)", "of the user's\n\nown"]
