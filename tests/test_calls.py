"""Arguments of a model's ``forward`` that are called as an option of ours is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

X, Y = torch.zeros(2, 9, 4), torch.zeros(2, 9, 8)
WORDS = ["abc", "hello"]


class Takes(nn.Module):
    """Takes whatever a function takes, and keeps it."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8, batch_first=True)
        self.given: Any = None

    def run(self, x: Tensor, *given: Any) -> Tensor:
        self.given = given
        return self.rnn(x)[0]


class Ocr(Takes):
    def forward(self, x, target=None, loss=None, axes=None, ignore=None, target_axes=None):
        return self.run(x, target, loss, axes, ignore, target_axes)


class Open(Takes):
    def forward(self, x, **more):
        return self.run(x, more)


class OwnKwargs(Takes):
    def forward(self, x, kwargs=None, target=None):
        return self.run(x, kwargs, target)


class Plain(Takes):
    def forward(self, x):
        return self.run(x)


def diagnosed(model: nn.Module, *args: Any, **kwargs: Any) -> Any:
    report = rs.diagnose(model, X, *args, **kwargs)
    assert report.exception is None
    return report


def predicted(model: nn.Module, *args: Any, **kwargs: Any) -> Any:
    return rs.predict(model, "b=2 t=9 d=4", *args, **kwargs)


WAYS = pytest.mark.parametrize("way", [diagnosed, predicted])


@WAYS
def test_a_dict_of_arguments_is_for_forward(way: Callable[..., Any]) -> None:
    seen: list[Any] = []

    class Seen(Ocr):
        def run(self, x, *given):
            seen.append(given)
            return super().run(x, *given)

    way(Seen(), kwargs={"target": WORDS, "loss": 1, "axes": 2, "ignore": 3, "target_axes": 4})
    assert seen[0] == (WORDS, 1, 2, 3, 4)


@WAYS
@pytest.mark.parametrize("name", ["target", "loss", "ignore"])
def test_a_name_that_could_be_meant_for_either(way: Callable[..., Any], name: str) -> None:
    verb = {diagnosed: "diagnose", predicted: "predict"}[way]
    with pytest.raises(rs.SpecError) as raised:
        way(Ocr(), **{name: ["RNS112"]})
    assert str(raised.value) == (
        f"{name}= is an option of {verb}, and Ocr.forward takes {name!r} too: write kwargs={{{name!r}: ...}} for forward's, "
        f"or kwargs={{}} beside {name}= for {verb}'s"
    )


@pytest.mark.parametrize("axes", ["b t d", {"x": "b t d"}])
def test_axes_could_be_meant_for_either_too(axes: Any) -> None:
    with pytest.raises(rs.SpecError, match=r"^axes= is an option of diagnose, and Ocr\.forward takes 'axes' too"):
        rs.diagnose(Ocr(), X, axes=axes)
    assert rs.diagnose(Ocr(), X, axes=axes, kwargs={}).blind == ()


def test_beside_a_dict_options_are_ours() -> None:
    model, seen = Ocr(), []
    report = rs.diagnose(model, X, target=Y, loss=lambda y, t: seen.append(t), kwargs={"target": WORDS})
    assert (report.exception, model.given[0], seen) == (None, WORDS, [Y])


def test_what_is_given_by_position_is_forwards() -> None:
    model, seen = Ocr(), []
    report = rs.diagnose(model, X, WORDS, None, target=Y, axes=None)
    assert (report.exception, model.given[0]) == (None, WORDS)
    with pytest.raises(rs.SpecError, match=r"^loss= is an option of diagnose"):
        rs.diagnose(model, X, WORDS, target=Y, loss=lambda y, t: seen.append(t))


@pytest.mark.parametrize("model", [Plain(), Open()])
def test_a_loss_is_ours_where_forward_takes_none(model: nn.Module) -> None:
    seen: list[Any] = []
    report = rs.diagnose(model, X, target=Y, loss=lambda y, t: seen.append(t), axes="b t d")
    assert (report.exception, seen) == (None, [Y])


def test_forward_may_have_kwargs_of_its_own() -> None:
    model = OwnKwargs()
    diagnosed(model, kwargs={"a": 1})
    assert model.given == ({"a": 1}, None)
    diagnosed(model, kwargs={"kwargs": {"a": 1}, "target": 2})
    assert model.given == ({"a": 1}, 2)
    diagnosed(model, kwargs=None)
    assert model.given == (None, None)


def test_an_open_forward_gets_what_it_is_given() -> None:
    model = Open()
    diagnosed(model, mask=1, kwargs={"target": WORDS})
    assert model.given == ({"mask": 1, "target": WORDS},)


@WAYS
@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"kwargs": 3}, "kwargs=3: a dict of arguments of forward is needed, such as kwargs={'mask': mask}"),
        ({"kwargs": {3: 4}}, "kwargs={3: 4}: a dict of arguments of forward is needed, such as kwargs={'mask': mask}"),
        ({"mask": 1, "kwargs": {"mask": 2}}, "{verb}: 'mask' is given twice, by name and in kwargs="),
    ],
)
def test_what_is_no_dict_of_arguments(way: Callable[..., Any], given: dict[str, Any], message: str) -> None:
    with pytest.raises(rs.SpecError) as raised:
        way(Open(), **given)
    assert str(raised.value) == message.replace("{verb}", {diagnosed: "diagnose", predicted: "predict"}[way])


# A name that is nearly an option


@pytest.mark.parametrize(
    ("verb", "given", "line"),
    [
        (rs.diagnose, {"axis": "b t d"}, "diagnose has no option 'axis', and Plain.forward takes x; did you mean 'axes'?"),
        (rs.diagnose, {"targets": Y}, "diagnose has no option 'targets', and Plain.forward takes x; did you mean 'target'?"),
        (rs.probe, {"causl": True}, "probe has no option 'causl', and Plain.forward takes x; did you mean 'causal'?"),
    ],
)
def test_an_option_that_is_misspelt(verb: Callable[..., Any], given: dict[str, Any], line: str) -> None:
    with pytest.raises(rs.SpecError) as raised:
        verb(Plain(), X, **given)
    assert str(raised.value) == line
    with pytest.raises(rs.SpecError) as raised:
        verb(Plain(), X, **given, kwargs={})
    assert str(raised.value) == line


def test_a_dry_run_has_options_too() -> None:
    with pytest.raises(rs.SpecError) as raised:
        rs.predict(Plain(), "b=2 t=9 d=4", ignored=["RNS112"])
    assert str(raised.value) == "predict has no option 'ignored', and Plain.forward takes x; did you mean 'ignore'?"


def test_a_name_that_forward_takes_or_that_is_like_no_option_is_the_models() -> None:
    assert rs.diagnose(Open(), X, axis="b t d").exception is None
    for given in ({"mask": 1}, {"kwargs": {"axis": "b t d"}}):
        report = rs.diagnose(Plain(), X, **given)
        assert [f.code for f in report.findings] == ["RNS000"]
        assert isinstance(report.exception, TypeError)


# A loss that is none


@WAYS
@pytest.mark.parametrize(
    ("given", "kind", "line"),
    [
        (
            {"target": "b=2 t=9 h=8", "loss": "ce"},
            rs.SpecTypeError,
            "loss='ce': a function of output and target is needed, such as loss=torch.nn.functional.cross_entropy",
        ),
        (
            {"target": "b=2 t=9 h=8", "loss": nn.MSELoss},
            rs.SpecTypeError,
            "loss=MSELoss is a class, which loss(output, target) makes no loss of; write loss=MSELoss()",
        ),
        (
            {"loss": nn.MSELoss()},
            rs.SpecError,
            "loss=MSELoss compares the output with a target, and there is none; pass target= too",
        ),
        (
            {"loss": nn.functional.mse_loss},
            rs.SpecError,
            "loss=mse_loss compares the output with a target, and there is none; pass target= too",
        ),
    ],
)
def test_a_loss_that_is_none(way: Callable[..., Any], given: dict[str, Any], kind: type[Exception], line: str) -> None:
    if way is diagnosed and "target" in given:
        given = given | {"target": Y}
    with pytest.raises(kind) as raised:
        way(Plain(), **given)
    assert raised.type is kind
    verb = {diagnosed: "diagnose", predicted: "predict"}[way]
    assert str(raised.value) == f"{verb}: {line}"


def test_probe_refuses_a_loss_that_is_none() -> None:
    with pytest.raises(rs.SpecTypeError, match=r"^probe: loss='ce': a function of output and target is needed"):
        rs.probe(Plain(), X, axes="b t d", target=Y, loss="ce")
    with pytest.raises(rs.SpecError, match=r"^probe: loss=MSELoss compares the output with a target, and there is none"):
        rs.probe(Plain(), X, axes="b t d", loss=nn.MSELoss())


@WAYS
def test_a_loss_of_ones_own_may_do_without_a_target(way: Callable[..., Any]) -> None:
    given: list[object] = []

    def loss(output: torch.Tensor, target: object) -> torch.Tensor:
        given.append(target)
        return output.mean()

    way(Plain(), loss=loss)
    assert given
    assert set(given) == {None}


class Reader(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.LSTM(10, 16, batch_first=True)

    def forward(self, x: Tensor, mask: Tensor, lengths: Tensor | None = None) -> Tensor:
        return self.encoder(x)[0] * mask


class Alone(nn.Module):
    def forward(self, *inputs: Tensor) -> Tensor:
        return torch.zeros(3)


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (
            Reader(),
            "Reader takes x and mask, and nothing was given; write diagnose(model, x, mask); its encoder reads "
            "batch seq feature=10",
        ),
        (nn.GRU(4, 8), "GRU takes input, and nothing was given; write diagnose(model, input); it reads seq batch feature=4"),
        (
            nn.RNNCell(4, 8),
            "RNNCell takes input, and nothing was given; write diagnose(model, input); it reads batch feature=4",
        ),
        (nn.Linear(4, 8), "Linear takes input, and nothing was given; write diagnose(model, input)"),
    ],
)
def test_a_model_without_an_input_is_asked_for_one(model: nn.Module, said: str) -> None:
    with pytest.raises(rs.SpecError) as caught:
        rs.diagnose(model)
    assert str(caught.value) == f"diagnose: {said}"


def test_a_model_that_takes_nothing_is_run() -> None:
    assert rs.diagnose(Alone()).exception is None
    partly = rs.diagnose(Reader(), torch.zeros(3, 4, 10))
    assert isinstance(partly.exception, TypeError), "what is missing of several is the model's own to say"
