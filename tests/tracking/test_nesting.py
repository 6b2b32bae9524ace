"""A Layout of a dict or a tuple is that of the only tensor in it; of several, or of a key that is not there, it is refused."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs
from rnnshape.errors import SpecError

X, LENGTHS, LAYOUT = torch.zeros(6, 9, 4), torch.tensor([9] * 6), "batch seq feature"


class Nested(nn.Module):
    """Takes what a collate function made, and lays the states of two samples side by side."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.LSTM(4, 8, batch_first=True, num_layers=2), nn.Linear(16, 3)

    def forward(self, batch: Any) -> Tensor:
        while isinstance(batch, (dict, tuple, list)):
            batch = batch["x"] if isinstance(batch, dict) else batch[0]
        _, (h, _) = self.rnn(batch)
        return self.fc(h.view(batch.size(0), -1))


@pytest.mark.parametrize(
    ("batch", "axes"),
    [
        ({"x": X}, LAYOUT),
        ((X,), LAYOUT),
        ([X, "a word"], LAYOUT),
        ({"x": (X, 3)}, LAYOUT),
        ({"x": X}, {"batch": LAYOUT}),
        ({"x": X}, {"batch": {"x": LAYOUT}}),
        ({"x": (X, LENGTHS)}, {"batch": {"x": (LAYOUT, "batch")}}),
        ((X,), [LAYOUT]),
        ((X, LENGTHS), [(LAYOUT, None)]),
    ],
)
def test_what_is_said_of_the_only_tensor(batch: Any, axes: Any) -> None:
    report = rs.diagnose(Nested(), batch, axes=axes)
    assert [finding.code for finding in report.findings] == ["RNS203"]
    assert report.blind == ()


@pytest.mark.parametrize(
    ("batch", "axes", "message"),
    [
        (
            {"x": X, "lengths": LENGTHS},
            LAYOUT,
            "axes of 'batch': 'batch seq feature' is the Layout of one tensor, and in a dict there are 'x' and 'lengths'; "
            "say it of one, as in {'x': 'batch seq feature'}",
        ),
        (
            (X, LENGTHS),
            {"batch": LAYOUT},
            "axes of 'batch': 'batch seq feature' is the Layout of one tensor, and in a tuple there are 0 and 1; "
            "say it of one, as in '(batch seq feature, None)'",
        ),
        (
            (X, X),
            {"batch": LAYOUT},
            "axes of 'batch': 'batch seq feature' is the Layout of one tensor, and in a tuple there are 0 and 1; "
            "say it of each, as in '(batch seq feature, batch seq feature)'",
        ),
        ([X], {"batch": (LAYOUT[:5], LAYOUT[:5])}, "axes of 'batch': 2 entries for a list of 1; give one for each"),
        (X, {"batch": f"({LAYOUT}, {LAYOUT})"},
         "axes of 'batch': 'batch seq feature' is not the name of one dim, and it is one tensor; give it one Layout"),
        (
            {"x": X, "lengths": LENGTHS},
            {"batch": {"length": "batch"}},
            "axes of 'batch': there is no 'length' in it, but x and lengths; did you mean 'lengths'?",
        ),
    ],
)
def test_what_is_said_of_several_is_refused(batch: Any, axes: Any, message: str) -> None:
    with pytest.raises(SpecError) as refused:
        rs.diagnose(Nested(), batch, axes=axes)
    assert str(refused.value) == message


@pytest.mark.parametrize("batch", [{"x": X}, (X,), [X, "a word"], {"x": (X, 3)}])
def test_of_what_is_nested_the_batch_is_guessed_too(batch: Any) -> None:
    model = Nested()
    with rs.watch(model, track=1, on="record") as watched:
        model(batch)
    for report in (watched, rs.diagnose(Nested(), batch)):
        assert [finding.code for finding in report.findings] == ["RNS203"]
        (said,) = report.assumed
        assert said.startswith("batch.")
        assert "samples were judged on dim 0, which rnn (LSTM) takes for its batch" in said


class OfNumbers(Nested):
    """Takes lists of numbers."""

    def forward(self, batch: Any) -> Tensor:
        return super().forward(torch.tensor(batch))


UNSEEN = (
    "what its layers read is of no tensor that it was given, so mixed samples cannot be seen; "
    "give it as a tensor, and pack it inside if need be"
)


def test_of_numbers_it_is_said_that_nothing_was_judged() -> None:
    model = OfNumbers()
    with rs.watch(model, track=1, on="record") as report:
        model(X.tolist())
    assert (report.findings, report.blind) == ((), (f"OfNumbers: {UNSEEN}",))
    report = rs.diagnose(OfNumbers(), X.tolist())
    assert (report.findings, report.blind) == ((), (UNSEEN,))


class Packs(Nested):
    """Packs sentences of its own, of lists of numbers."""

    def forward(self, batch: Any) -> Tensor:
        packed = nn.utils.rnn.pack_sequence([torch.tensor(row) for row in batch])
        return self.fc(self.rnn(packed)[1][0][-1].repeat(1, 2))


def test_of_numbers_that_are_packed_likewise() -> None:
    model = Packs()
    with rs.watch(model, track=1, on="record") as report:
        model(X.tolist())
    assert report.blind == (f"Packs: {UNSEEN}",)


def test_a_first_token_of_its_own_beside_a_tensor_is_not_said_to_be_unseen() -> None:
    class Decoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.read, self.write = nn.GRU(4, 8, batch_first=True), nn.GRU(4, 8, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            return self.write(torch.zeros(x.size(0), 1, 4), self.read(x)[1])[0]

    model = Decoder()
    with rs.watch(model, track=1, on="record") as report:
        model(X)
    assert UNSEEN not in "\n".join(report.blind)


def test_who_packs_a_tensor_is_named_as_what_takes_its_batch() -> None:
    class Sorted(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(4, 8, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            return self.rnn(nn.utils.rnn.pack_padded_sequence(x, torch.tensor([9, 8, 8, 5, 4, 2]), batch_first=True))[1]

    model = Sorted()
    with rs.watch(model, track=1, on="record") as report:
        model(X)
    assert report.assumed == (
        "x: nobody has named the batch, so samples were judged on dim 0, which pack_padded_sequence takes for its batch; axes= "
        "names it otherwise",
    )


def test_a_watch_that_cannot_place_a_layout_says_so() -> None:
    model = Nested()
    with rs.watch(model, axes=LAYOUT, track=1, on="record") as report:
        model({"x": X, "lengths": LENGTHS})
    (blind,), (guessed,) = report.blind, report.assumed
    assert guessed.startswith("batch.x: nobody has named the batch, so samples were judged on dim 0, which rnn (LSTM)")
    assert blind.startswith("Nested: axes of 'batch': 'batch seq feature' is the Layout of one tensor, and in a dict there are")
