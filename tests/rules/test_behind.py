"""A mean over what pad_sequence has filled up: told where lengths are there, and said not to be judged where none are."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

import rnnshape as rs

SENTENCES = [torch.arange(1, length + 1) for length in (7, 2, 5, 3, 6, 4, 2, 7)]


class Topic(nn.Module):
    def __init__(self, masks: bool) -> None:
        super().__init__()
        self.embed, self.rnn, self.fc = nn.Embedding(9, 6, padding_idx=0), nn.GRU(6, 6, batch_first=True), nn.Linear(6, 3)
        self.masks = masks

    def forward(self, ids, lengths=None):
        output, _ = self.rnn(self.embed(ids))
        if not self.masks:
            return self.fc(output.mean(1))
        real = (ids != 0).unsqueeze(-1).float()
        return self.fc((output * real).sum(1) / real.sum(1))


def seen(masks: bool, with_lengths: bool) -> rs.Report:
    model = Topic(masks)
    with rs.watch(track=True, on="record") as report:
        for ids, lengths in DataLoader(SENTENCES, 4, collate_fn=collated):  # pyright: ignore
            model(*((ids, lengths) if with_lengths else (ids,)))
    return report


def collated(rows):
    return pad_sequence(rows, batch_first=True), torch.tensor([len(row) for row in rows])


@pytest.mark.parametrize(("masks", "with_lengths"), [(False, True), (True, True), (True, False), (False, False)])
def test_it_is_told_or_said(masks: bool, with_lengths: bool) -> None:
    report = seen(masks, with_lengths)
    assert [f.code for f in report.findings] == ["RNS404"] * (with_lengths and not masks)
    said = [line for line in report.blind if "it counts the steps behind the ends of shorter samples" in line]
    assert len(said) == (not masks and not with_lengths)
    assert all(line.startswith("mean at ") and "test_behind.py" in line for line in said)
