"""RNS401: lengths that are those of the other dim, where nobody has named one."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence

import rnnshape as rs

SAID = "takes dim {} for the batch, and the lengths are those of the rows of dim {}: the padding in each shows it"

LENGTHS = (6, 5, 5, 3, 1, 1)


class Reader(nn.Module):
    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.words, self.rnn, self.options = nn.Embedding(20, 4, padding_idx=0), nn.GRU(4, 8), options

    def forward(self, ids: Tensor, lengths: Any) -> Tensor:
        return self.rnn(pack_padded_sequence(self.words(ids), lengths, **self.options))[1][-1]


def told(ids: Tensor, lengths: Any, **options: Any) -> list[tuple[str, str, str | None]]:
    model = Reader(**options)
    with rs.watch(model, track=True, on="record") as report:
        model(ids, lengths)
    return [(f.code, f.message, f.suggestion) for f in report.findings]


def texts(lengths: tuple[int, ...]) -> Tensor:
    ids = torch.randint(1, 20, (len(lengths), 6), generator=torch.Generator().manual_seed(1))
    return ids * (torch.arange(6) < torch.tensor(lengths)[:, None])


SHUFFLED = (5, 6, 1, 5, 3, 1)


@pytest.mark.parametrize(
    ("lengths", "is_list", "options"),
    [
        (LENGTHS, False, {}),
        (LENGTHS, True, {}),
        (LENGTHS, False, {"enforce_sorted": False}),
        (SHUFFLED, False, {"enforce_sorted": False}),
        (SHUFFLED, True, {"enforce_sorted": False}),
    ],
)
@pytest.mark.parametrize("batch_first", [False, True])
def test_lengths_of_the_other_dim_are_found(lengths: Any, is_list: bool, options: Any, batch_first: bool) -> None:
    ids, given = texts(lengths), [*lengths] if is_list else torch.tensor(lengths)
    found = told(ids.t() if batch_first else ids, given, batch_first=batch_first, **options)
    here = f"pack_padded_sequence with batch_first={batch_first} "
    said = here + SAID.format(0 if batch_first else 1, 1 if batch_first else 0)
    assert found == [("RNS401", said, f"batch_first={not batch_first} fits")]


@pytest.mark.parametrize("lengths", [LENGTHS, SHUFFLED, (6, 5, 4, 3, 2, 1)])
@pytest.mark.parametrize("batch_first", [False, True])
def test_lengths_of_what_is_packed_are_silent(lengths: Any, batch_first: bool) -> None:
    ids = texts(lengths)
    assert told(ids if batch_first else ids.t(), torch.tensor(lengths), batch_first=batch_first, enforce_sorted=False) == []


@pytest.mark.parametrize("lengths", [(6, 5, 4, 3, 2, 1), (6, 6, 4, 3, 2, 2)])
def test_rows_that_are_as_long_along_both_dims_are_silent(lengths: tuple[int, ...]) -> None:
    assert told(texts(lengths), torch.tensor(lengths)) == []
