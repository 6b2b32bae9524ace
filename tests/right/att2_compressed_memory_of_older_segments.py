import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=8, segment=3):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.mha = nn.MultiheadAttention(d, 2, batch_first=True)
        self.squeeze = nn.Conv1d(d, d, 3, stride=3)
        self.segment = segment

    def forward(self, x):
        h, _ = self.rnn(x)
        memory, out = h.new_zeros(h.size(0), 1, h.size(2)), []
        for part in h.split(self.segment, 1):
            keys = torch.cat([memory, part], 1)
            y, _ = self.mha(part, keys, keys)
            out.append(y)
            memory = torch.cat([memory, self.squeeze(part.transpose(1, 2)).transpose(1, 2)], 1)
        return torch.cat(out, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
