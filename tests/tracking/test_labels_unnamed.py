"""Inputs of which nobody has named an axis: a recurrent layer names the dim that it takes whole for its batch."""

import pytest
import torch
from torch import nn

import rnnshape as rs


class Flat(nn.Module):
    """Puts the states of a sample side by side, with a transpose or without."""

    def __init__(self, right: bool) -> None:
        super().__init__()
        self.right = right
        self.embed = nn.Embedding(50, 4)
        self.rnn = nn.LSTM(4, 8, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(32, 3)

    def forward(self, ids):
        _, (h, _) = self.rnn(self.embed(ids))
        return self.fc(h.transpose(0, 1).reshape(ids.size(0), -1) if self.right else h.view(ids.size(0), -1))


class Document(nn.Module):
    """The sentences of a document are the batch of one layer and the steps of the next."""

    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(50, 4)
        self.words = nn.GRU(4, 8, batch_first=True)
        self.sentences = nn.GRU(8, 8)
        self.out = nn.Linear(8, 2)
        self.flat = nn.Linear(40, 2)

    def forward(self, ids):
        _, h = self.words(self.embed(ids))
        _, d = self.sentences(h[-1].unsqueeze(1))
        return self.out(d[-1]) + self.flat(h[-1].flatten())


class Corpus(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.document = Document()

    def forward(self, ids):
        return torch.stack([self.document(one)[0] for one in ids])


IDS = torch.randint(0, 50, (6, 9), generator=torch.Generator().manual_seed(0))


def test_mixed_samples_are_found_without_any_axes() -> None:
    (finding,) = rs.diagnose(Flat(right=False), IDS).findings
    assert finding.code == "RNS203"
    assert finding.suggestion == "instead of h.view(ids.size(0), -1): h.transpose(0, 1).flatten(1)"


def test_under_a_watch_too() -> None:
    model = Flat(right=False)
    with rs.watch(model, track=1, on="log") as report:
        model(IDS)
    assert [f.code for f in report.findings] == ["RNS203"]


@pytest.mark.parametrize("batch", [1, 4, 6])
def test_the_corrected_model_is_silent(batch: int) -> None:
    assert rs.diagnose(Flat(right=True), IDS[:batch]).findings == ()


def test_the_batch_of_one_layer_may_be_the_steps_of_the_next() -> None:
    assert rs.diagnose(Document(), IDS[:5]).findings == ()
    corpus = IDS.reshape(2, 3, 9).repeat(1, 2, 1)[:, :5]
    assert rs.diagnose(Corpus(), corpus).findings == ()
    assert rs.diagnose(Corpus(), corpus, axes="batch sentence seq").findings == ()
