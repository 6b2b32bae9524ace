import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Diagnosis(nn.Module):
    def __init__(self, features=6, hidden=9, codes=5):
        super().__init__()
        self.lstm = nn.LSTM(features, hidden, bidirectional=True)
        self.out = nn.Linear(2 * hidden, codes)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
        y, _ = pad_packed_sequence(self.lstm(packed)[0])
        return self.out(y[-1])


def make_model():
    torch.manual_seed(102)
    return Diagnosis()


def make_inputs(batch=4, seq=7):
    lengths = torch.tensor([max(1, seq - 2 * i) for i in range(batch)])
    return torch.randn(seq, batch, 6), lengths


INPUT_AXES = (("seq", "batch", "feature"), ("batch",))
