import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12):
        super().__init__()
        self.rnn = nn.LSTM(f, d, batch_first=True)
        self.mha = nn.MultiheadAttention(d, 2, batch_first=True)
        self.out = nn.Linear(d, 2)

    def forward(self, x, mask):
        h, _ = self.rnn(x)
        h = h * mask.unsqueeze(-1)
        y, _ = self.mha(h, h, h, key_padding_mask=mask.bool())
        return self.out((y * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 7, 9, 2, 5])
    mask = (torch.arange(seq) < lengths[:, None]).float()
    return torch.randn(batch, seq, 4, generator=g) * mask.unsqueeze(-1), mask


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
