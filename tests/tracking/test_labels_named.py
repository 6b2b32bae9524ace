"""Axes that somebody names: they mean the same of diagnose, watch, check and the rest, and what they leave open is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import rnnshape as rs

X = torch.zeros(8, 9, 10)
"""Eight samples: four layers and directions put two of them into each row, and no size tells."""


class Flat(nn.Module):
    """The README's bug; its input in a tuple or a dict, or beside other arguments."""

    def __init__(self, right: bool = False, take: Callable[[Any], Any] = lambda x: x) -> None:
        super().__init__()
        self.rnn = nn.LSTM(10, 16, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(64, 5)
        self.right, self.take = right, take

    def forward(self, x: Any, mask: Any = None, lengths: Any = None) -> torch.Tensor:
        x = self.take(x)
        _, (h, _) = self.rnn(x)
        h = h.transpose(0, 1).contiguous() if self.right else h
        return self.fc(h.view(x.size(0), -1))


def diagnosed(model: nn.Module, axes: Any, *args: Any, **kwargs: Any) -> rs.Report:
    return rs.diagnose(model, *args, axes=axes, **kwargs)


def watched(model: nn.Module, axes: Any, *args: Any, **kwargs: Any) -> rs.Report:
    with rs.watch(model, axes=axes, track=3, on="record") as report:
        model(*args, **kwargs)
    return report


def watched_as_any(model: nn.Module, axes: Any, *args: Any, **kwargs: Any) -> rs.Report:
    with rs.watch(axes=axes, track=3, on="record") as report:
        model(*args, **kwargs)
    return report


def checked(model: nn.Module, axes: Any, *args: Any, **kwargs: Any) -> rs.Report:
    rs.check(model, axes=axes, on="record")(*args, **kwargs)
    return rs.report_of(model)


WAYS = [diagnosed, watched, watched_as_any, checked]
SPELLED = [
    "batch seq feature", "Batch Seq Feature", "b t d", "B T F", "n t c", ("b", "t", "d"), ("Batch", None, None), ["b t d"],
    ("b t d", None, None), {"x": "b t d"}, {"x": ("batch", "seq", "feature")}, rs.Layout.parse("batch seq feature"),
]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("axes", SPELLED)
def test_axes_mean_the_same_everywhere(way: Callable[..., rs.Report], axes: Any) -> None:
    more: list[Any] = [None, None] if isinstance(axes, tuple) and len(axes) == 3 and axes[0] == "b t d" else []
    assert [f.code for f in way(Flat(), axes, X, *more).findings] == ["RNS203"]
    assert [f.code for f in way(Flat(right=True), axes, X, *more).findings] == []


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("given", "axes", "take"),
    [
        ({"tokens": X}, {"x": {"tokens": "b t d"}}, lambda x: x["tokens"]),
        ((X, 3), (("b t d", None),), lambda x: x[0]),
        (X, "b t d", lambda x: x),
    ],
    ids=["dict", "tuple", "tensor"],
)
def test_axes_are_nested_as_arguments_are(way: Any, given: Any, axes: Any, take: Any) -> None:
    assert [f.code for f in way(Flat(take=take), axes, given).findings] == ["RNS203"]
    assert [f.code for f in way(Flat(take=take), axes, x=given).findings] == ["RNS203"]


@pytest.mark.parametrize("way", WAYS)
def test_entries_are_counted_by_parameter(way: Callable[..., rs.Report]) -> None:
    lengths = torch.tensor([9, 9, 9, 9, 9, 9, 9, 9])
    assert [f.code for f in way(Flat(), ("b t d", None, "b"), X, lengths=lengths).findings] == ["RNS203"]


@pytest.mark.parametrize("way", WAYS)
def test_whoever_names_no_batch_is_told_so(way: Callable[..., rs.Report]) -> None:
    report = way(Flat(right=True), "samples time channels", X)
    assert report.blind == (
        "x (samples, seq, feature): axes= names no batch, so whether samples are mixed was not judged; call its dim batch, "
        "or b",
    )
    assert way(Flat(right=True), "b t d", X).blind == ()


def test_a_call_that_axes_do_not_fit_is_told_once() -> None:
    model = Flat(right=True)
    with rs.watch(model, axes="b t d", track=True, on="record", ignore=["RNS112"]) as report:
        model(X)
        model.rnn(X[0])
        for steps in (3, 4):
            with pytest.raises(RuntimeError):
                model(X[0, :steps])
    assert report.blind == ("Flat: x: axes= does not fit it: 'b t d' names 3 dims, and it has 2; write 2 names",)


def test_sizes_that_axes_state() -> None:
    report = watched(Flat(right=True), "batch seq feature=4", X)
    (said,) = report.blind
    assert said == "Flat: x: axes= does not fit it: the sizes of 'batch seq feature=4' are not those that it has"
    assert report.assumed == (
        "x: nobody has named the batch, so samples were judged on dim 0, which rnn (LSTM) takes for its batch; axes= names it "
        "otherwise",
    )


@pytest.mark.parametrize("axes", ["b t d", {"x": "b t d"}])
def test_axes_are_put_beside_what_a_loader_tells(axes: Any) -> None:
    model = Flat()
    with rs.watch(model, axes=axes, track=1, on="record") as report:
        for (x,) in DataLoader(TensorDataset(X), batch_size=8):
            model(x)
    assert [f.code for f in report.findings] == ["RNS203"]
    assert report.blind == ()


def test_a_loader_knows_better() -> None:
    model = Flat(right=True)
    with rs.watch(model, axes="seq batch feature", track=1, on="record") as report:
        for (x,) in DataLoader(TensorDataset(X), batch_size=8):
            model(x)
    assert report.findings == ()
    assert report.blind == (
        "Flat: x: axes= does not fit it: the samples lie along dim 0, which is said to be seq, and not along dim 1",
    )


def test_of_any_module_a_loss_is_none() -> None:
    model, loss = Flat(right=True), nn.CrossEntropyLoss()
    with rs.watch(axes={"x": "b t d", "words": "b t"}, track=True, on="record") as report:
        loss(model(X), torch.zeros(8, dtype=torch.long))
    assert report.blind == ("words: axes= names it, and no call that was followed had a tensor for it that fits",)
    with rs.watch(axes="b t d", track=True, on="record") as report:
        loss(model(X), torch.zeros(8, dtype=torch.long))
    assert report.blind == ()


@pytest.mark.parametrize(
    ("axes", "message"),
    [
        ({"y": "b t d"}, "axes: Flat.forward takes no 'y', but x, mask and lengths"),
        ({"lenghts": "b"}, "axes: Flat.forward takes no 'lenghts', but x, mask and lengths; did you mean 'lengths'?"),
        (("b t d", "b", "b", "b"), "axes has 4 entries, and Flat.forward takes x, mask and lengths"),
        ("b (t", "axes: cannot read this layout: this '(' is never closed\n  b (t\n    ^"),
        (
            {"x": "b t )", "lenghts": "b"},
            "axes: Flat.forward takes no 'lenghts', but x, mask and lengths; did you mean 'lengths'?\n"
            "axes of 'x': cannot read this layout: this ')' closes nothing\n  b t )\n      ^",
        ),
        (("b t d", "(b t ?, b)"), "axes[1][0]: cannot read this layout: '?' needs a size here, as in ?=6\n  b t ?\n       ^"),
        (
            3,
            "axes=3: a Layout is needed, such as 'batch seq feature', or an entry for each argument, such as "
            "('batch seq', None)",
        ),
    ],
)
def test_axes_that_no_call_fits(axes: Any, message: str) -> None:
    for refuse in (lambda: rs.watch(Flat(), axes=axes, track=3), lambda: rs.check(Flat(), axes=axes)):
        with pytest.raises(rs.SpecError) as raised:
            refuse()
        assert str(raised.value) == message


def test_a_name_that_forward_does_not_take() -> None:
    with pytest.raises(rs.SpecError) as raised:
        rs.diagnose(Flat(), X, axes={"y": "b t d"})
    assert str(raised.value) == "axes: Flat.forward takes no 'y', but x, mask and lengths"


@pytest.mark.parametrize("way", WAYS)
def test_a_name_that_is_nearly_a_role_is_told_once(way: Callable[..., rs.Report]) -> None:
    assert way(Flat(right=True), "b sq feature", X).blind == (
        "x: axes= has an axis 'sq' of its own, and none that is 'seq'; if it is that, write seq",
    )
    assert way(Flat(right=True), "batch seq featur", X).blind == (
        "x: axes= has an axis 'featur' of its own, and none that is 'feature'; if it is that, write feature",
    )
    assert way(Flat(right=True), "bacth seq feature", X).blind == (
        "x: axes= has an axis 'bacth' of its own, and none that is 'batch', so whether samples are mixed was not judged; "
        "if it is that, write batch",
    )
    for axes in ("batch seq mel", "batch set feature", "batch word_2 feature"):
        assert not [line for line in way(Flat(right=True), axes, X).blind if "of its own" in line]


@pytest.mark.parametrize("way", WAYS)
def test_a_batch_that_one_argument_has_nearly_is_told(way: Callable[..., rs.Report]) -> None:
    lengths = torch.tensor([9, 9, 9, 9, 9, 9, 9, 9])
    assert way(Flat(right=True), ("bacth seq feature", None, "b"), X, lengths=lengths).blind == (
        "x: axes= has an axis 'bacth' of its own here, and 'batch' elsewhere; if it is that, write batch",
    )


class Policy(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell = nn.LSTMCell(4, 8)

    def forward(self, seen: Tensor, state: tuple[Tensor, Tensor]) -> Tensor:
        return self.cell(seen, state)[0]


def of_a_policy(way: Callable[..., rs.Report], axes: Any) -> rs.Report:
    return way(Policy(), axes, torch.zeros(5, 4), (torch.zeros(5, 8), torch.zeros(5, 8)))


SEVERAL = (
    "axes of 'state': 'batch hidden' is the Layout of one tensor, and in a tuple there are 0 and 1; say it of each, as in "
    "'(batch hidden, batch hidden)'"
)


def test_a_name_that_an_argument_has_is_near_to_no_other() -> None:
    report = of_a_policy(watched, {"seen": "batch feature", "state": "batch hidden"})
    unused = "axes= names it, and no call that was followed had a tensor for it that fits"
    assert report.blind == (f"Policy: {SEVERAL}", f"state: {unused}")


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "axes",
    [
        {"seen": "batch feature", "state": "(batch hidden, batch hidden)"},
        ("batch feature", "(batch hidden, batch hidden)"),
        "(batch feature, (batch hidden, batch hidden))",
    ],
)
def test_axes_of_a_tuple_stand_in_one_string(way: Callable[..., rs.Report], axes: Any) -> None:
    assert of_a_policy(way, axes).blind == ()


@pytest.mark.parametrize(
    ("axes", "told"),
    [
        ({"x": "b t d", "lengths": "b t"}, "axes of 'lengths': 'b t' names 2 dims, and the tensor is (8,); write 1 name"),
        ({"x": "b t d", "lengths": "b=4"}, "axes of 'lengths': dim 0 (batch) is 8, expected 4"),
        ({"x": "b t d", "lengths": "b ("}, "axes of 'lengths': cannot read this layout: this '(' is never closed"),
        ({"x": "b t d", "lengths": 3},
         "axes of 'lengths': 3 is no Layout; write one such as 'batch seq feature', or a tuple of names"),
        ({"x": "b t d", "length": "b"},
         "axes: Flat.forward takes no 'length', but x, mask and lengths; did you mean 'lengths'?"),
        (("b t d", None, "b", "b"), "axes has 4 entries for 3 arguments"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_told_and_the_good_ones_are_used(axes: Any, told: str) -> None:
    lengths = torch.tensor([9] * 8)
    report = rs.diagnose(Flat(), X, None, lengths, axes=axes, probe=False)
    assert [f.code for f in report.findings] == ["RNS203"]
    assert report.blind == (f"{told}; the rest of axes= was used",)
    influence = rs.probe(Flat(), X, None, lengths, axes=axes)
    assert [f.code for f in influence.findings] == ["RNS601"]
    assert influence.untried[0] == report.blind[0]
    assert rs.diagnose(Flat(right=True), X, None, lengths, axes=("b t d", None, "b")).blind == ()


def test_a_wrong_entry_of_a_watch_leaves_the_good_ones() -> None:
    model = Flat()
    with rs.watch(axes={"x": "b t d", "lengths": "b t"}, track=1, on="record") as report:
        model(X, lengths=torch.tensor([9] * 8))
    assert [f.code for f in report.findings] == ["RNS203"]
    assert report.blind == (
        "Flat: lengths: axes= does not fit it: 'b t' names 2 dims, and it has 1; write 1 name",
        "lengths: axes= names it, and no call that was followed had a tensor for it that fits",
    )
