import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class PackedLast(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 9, batch_first=True)
        self.fc = nn.Linear(9, 3)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        o, h = self.gru(packed)
        o, _ = pad_packed_sequence(o, batch_first=True)
        return self.fc(o[:, -1, :])


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return PackedLast()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
