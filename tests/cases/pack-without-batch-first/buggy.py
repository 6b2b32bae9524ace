import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence


class Encoder(nn.Module):
    def __init__(self, features=6, hidden=9):
        super().__init__()
        self.rnn = nn.GRU(features, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, 2)

    def forward(self, x):
        b, t, _ = x.shape
        packed = pack_padded_sequence(x, torch.full((t,), b))
        _, h = self.rnn(packed)
        return self.fc(h.squeeze(0))


def make_model():
    torch.manual_seed(34)
    return Encoder()


def make_inputs(batch=5, seq=8):
    return (torch.randn(batch, seq, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
