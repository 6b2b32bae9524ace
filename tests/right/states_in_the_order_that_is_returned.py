import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence


class Sorted(nn.Module):
    """Returns scores as the samples came, and states as they were packed, with the order that tells whose they are."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 8, batch_first=True)
        self.out = nn.Linear(8, 3)

    def forward(self, x, lengths):
        lengths, order = lengths.sort(descending=True)
        _, (h, _) = self.rnn(pack_padded_sequence(x[order], lengths, batch_first=True))
        scores = torch.empty(len(x), 3).index_copy(0, order, self.out(h[-1]))
        return scores, h[-1], order


def make_model():
    torch.manual_seed(0)
    return Sorted()


def make_inputs():
    return torch.randn(5, 7, 5, generator=torch.Generator().manual_seed(1)), torch.tensor([4, 7, 3, 6, 5])


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
