"""`watch` as a user calls it: what it returns, and the whole text of every argument that it refuses."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

import rnnshape
from rnnshape import Report, RNNShapeError, SpecError, watch
from rnnshape.api.watch import NO_AXES
from rnnshape.hooks.steps import Steps

X = torch.zeros(9, 6, 4)


@pytest.mark.parametrize(
    ("arguments", "kind", "message"),
    [
        ({"on": "explode"}, SpecError, "on='explode': use one of 'raise', 'warn', 'log', 'record'"),
        ({"on": None}, SpecError, "on=None: use one of 'raise', 'warn', 'log', 'record'"),
        ({"ignore": "RNS112"}, SpecError, "ignore='RNS112': a list of codes is needed, as in ignore=['RNS112']"),
        ({"ignore": ["RN112"]}, SpecError, "ignore=['RN112']: there is no rule 'RN112'; did you mean 'RNS112'?"),
        ({"ignore": ["RNS101", "all"]}, SpecError, "ignore=['RNS101', 'all']: there is no rule 'all'"),
        (
            {"axes": "b t d"},
            SpecError,
            "axes='b t d': track=0 follows no call, so nobody would read them; write track=3, say, or True",
        ),
        (
            {"axes": 3, "track": 3},
            SpecError,
            "axes=3: a Layout is needed, such as 'batch seq feature', or an entry for each argument, such as "
            "('batch seq', None)",
        ),
        ({"track": -1}, SpecError, "track=-1: a number of steps is needed, or True or False"),
        ({"track": "3"}, SpecError, "track='3': a number of steps is needed, or True or False"),
        ({"track": None}, SpecError, "track=None: a number of steps is needed, or True or False"),
    ],
)
def test_an_argument_that_is_none(arguments: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        watch(nn.GRU(4, 8), **arguments)
    assert str(caught.value) == message
    assert isinstance(caught.value, ValueError)
    assert caught.value.__cause__ is None


class Perceptron(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 8), nn.ReLU())


@pytest.mark.parametrize("model", [Perceptron(), nn.Linear(4, 8)])
def test_a_model_without_a_recurrent_layer(model: nn.Module) -> None:
    with pytest.raises(RNNShapeError) as caught:
        watch(model)
    assert type(caught.value) is RNNShapeError
    nothing = f"{type(model).__name__} has no recurrent layer, so there is nothing to watch in it"
    assert str(caught.value) == f"{nothing}; of a recurrent model made by hand, track=3 follows the axes"


class Handmade(nn.Module):
    """A recurrent model of which no layer is torch's, and whose state is levelled over the samples."""

    def __init__(self) -> None:
        super().__init__()
        self.read, self.keep = nn.Linear(4, 8), nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        state = x.new_zeros(len(x), 8)
        for step in x.unbind(1):
            state = torch.tanh(self.read(step) + self.keep(state))
            state = state - state.mean(0)
        return state


@pytest.mark.parametrize("axes", [None, "batch seq feature"])
def test_a_model_made_by_hand_is_followed(axes: str | None) -> None:
    model = Handmade()
    with watch(model, track=3, axes=axes, on="record", probe="auto") as report:
        for _ in range(3):
            model(torch.randn(6, 9, 4)).sum().backward()
    assert [finding.code for finding in report.findings] == ["RNS601"]
    assert report.probed == "Handmade was probed on a copy, in eval mode: RNS601"


def test_the_model_is_positional_and_the_rest_by_keyword() -> None:
    kinds = [(p.name, p.kind.name) for p in inspect.signature(watch).parameters.values()]
    assert kinds[0] == ("model", "POSITIONAL_ONLY")
    assert {kind for _, kind in kinds[1:]} == {"KEYWORD_ONLY"}
    with pytest.raises(TypeError):
        watch(nn.GRU(4, 8), "warn")  # type: ignore[misc]


def test_nothing_happens_before_it_is_attached(tmp_path: Path) -> None:
    layer, file = nn.GRU(4, 8), tmp_path / "calls.jsonl"
    way = watch(layer, jsonl=file)
    layer(X)
    assert not file.exists()
    assert "__call__" not in vars(nn.RNNBase)
    assert str(way.report) == "0 recurrent layers, 0 calls, 0 findings"


@pytest.mark.parametrize("model", [nn.GRU(4, 8), None])
def test_a_watch_that_cannot_begin_leaves_nothing_behind(
    model: nn.Module | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def refuse(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Steps, "start", refuse)
    way = watch(model, track=True, jsonl=tmp_path / "calls.jsonl")
    with pytest.raises(KeyboardInterrupt):
        way.attach()
    assert "__call__" not in vars(nn.RNNBase)
    assert way.report.sinks == []
    way.remove()


@pytest.mark.parametrize("model", [nn.GRU(4, 8), None])
def test_a_watch_that_begins_with_a_mistake_of_ours_is_taken_off_again_and_the_block_runs(
    model: nn.Module | None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def mistaken(*_: Any) -> None:
        raise ZeroDivisionError("ours")

    monkeypatch.setattr(Steps, "start", mistaken)
    layer = model or nn.GRU(4, 8)
    for _ in range(2):
        with watch(model, track=True) as report:
            assert "__call__" not in vars(nn.RNNBase)
            layer(torch.zeros(9, 6, 4))
        assert report.unfollowed == ("every call after a mistake of rnnshape's own, which is in the log",)
        assert report.events == ()
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.getMessage().startswith("rnnshape made a mistake and steps aside; the model runs on unwatched. Please report")


def test_the_report_is_the_same_object_all_along_and_stays() -> None:
    layer = nn.GRU(4, 8)
    way = watch(layer)
    with way as report:
        assert type(report) is Report
        assert report is way.report
        layer(X)
    assert way.report is report
    assert [event.calls for event in report.events] == [1]
    unseen = f"\n\nnot looked at:\n  {NO_AXES}"
    assert repr(report) == f"1 recurrent layer, 1 call, 0 findings{unseen}"
    assert repr(way) == str(report) == (
        "1 recurrent layer, 1 call, 0 findings\n\n"
        "GRU  GRU(4, 8)  1 call\n"
        "  input   seq=9 batch=6 feature=4    (9, 6, 4)\n"
        "  output  seq=9 batch=6 hidden=8     (9, 6, 8)\n"
        "  h_n     layers=1 batch=6 hidden=8  (1, 6, 8)\n"
        "  batch  6 in every call\n"
        "  seq    9 in every call\n"
        f"  state  h_0 never passed, so zeros{unseen}"
    )


def test_contracts_alone_say_that_axes_were_not_followed() -> None:
    layer, other = nn.GRU(4, 8), nn.GRU(4, 8)
    with watch(layer) as contracts, watch(other, track=3) as followed:
        assert contracts.blind == ()
        layer(X)
        other(X)
    assert contracts.blind == (NO_AXES,)
    assert NO_AXES == (
        "axes were not followed, so mixed samples cannot be seen; track=3 follows them in the first three training steps"
    )
    assert NO_AXES not in followed.blind


def test_the_body_of_a_watch_may_raise_anything() -> None:
    with pytest.raises(ZeroDivisionError), watch(nn.GRU(4, 8)):
        raise ZeroDivisionError
    assert "__call__" not in vars(nn.RNNBase)


def test_watch_is_exported() -> None:
    assert rnnshape.watch is watch
    assert "watch" in rnnshape.__all__


def test_a_code_may_be_written_in_any_case_and_an_iterator_will_do() -> None:
    layer = nn.GRU(4, 8)
    with watch(layer, ignore=iter(["rns112"])) as report:
        layer(X[0])
    assert report.findings == ()


@pytest.mark.parametrize(
    ("given", "what"), [(nn.LSTM, "the class LSTM"), (42, "an int"), ("model", "a str"), ([nn.LSTM(4, 8)], "a list")]
)
def test_what_is_no_model(given: Any, what: str) -> None:
    with pytest.raises(rnnshape.SpecTypeError) as caught:
        watch(given)
    fits = "give a model, such as watch(Classifier()), or none for every layer of the process"
    assert str(caught.value) == f"watch: {what} is no module; {fits}"
