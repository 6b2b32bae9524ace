import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence


class Reader(nn.Module):
    def __init__(self, features=6, hidden=9, classes=3):
        super().__init__()
        self.gru = nn.GRU(features, hidden, batch_first=True)
        self.out = nn.Linear(hidden, classes)

    def forward(self, x, lengths):
        sorted_lengths, order = lengths.sort(descending=True)
        _, h = self.gru(pack_padded_sequence(x[order], sorted_lengths, batch_first=True))
        return self.out(h[-1][order.argsort()])


def make_model():
    torch.manual_seed(103)
    return Reader()


def make_inputs(batch=5, seq=9):
    lengths = torch.tensor([max(1, seq * k // 9) for k in (3, 9, 5, 7, 2)])[torch.arange(batch) % 5]
    return torch.randn(batch, seq, 6), lengths


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))


def make_target(batch=5, seq=9):
    return torch.randint(0, 3, (batch,))


TARGET_AXES = ("batch",)
loss_fn = nn.CrossEntropyLoss()
