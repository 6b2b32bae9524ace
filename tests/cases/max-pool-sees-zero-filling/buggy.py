import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class MaxPool(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 9, bidirectional=True)
        self.fc = nn.Linear(18, 3)

    def forward(self, x, lengths):
        p = pack_padded_sequence(x, lengths, enforce_sorted=False)
        out, lens = pad_packed_sequence(self.rnn(p)[0], total_length=x.size(0))
        return self.fc(out.max(dim=0)[0])


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return MaxPool()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("seq", "batch", "feature"), ("batch",))
