import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Conformer(nn.Module):
    def __init__(self, d, heads=2):
        super().__init__()
        self.first, self.last = (nn.Sequential(nn.LayerNorm(d), nn.Linear(d, 2 * d), nn.SiLU(), nn.Linear(2 * d, d)) for _ in "ab")
        self.norm, self.mha = nn.LayerNorm(d), nn.MultiheadAttention(d, heads, batch_first=True)
        self.before, self.point = nn.LayerNorm(d), nn.Conv1d(d, 2 * d, 1)
        self.depth, self.bn, self.back = nn.Conv1d(d, d, 3, padding=1, groups=d), nn.BatchNorm1d(d), nn.Conv1d(d, d, 1)
        self.final = nn.LayerNorm(d)

    def forward(self, x, padding):
        x = x + 0.5 * self.first(x)
        y = self.norm(x)
        x = x + self.mha(y, y, y, key_padding_mask=padding)[0]
        y = self.before(x).masked_fill(padding[..., None], 0.0).transpose(1, 2)
        y = self.back(F.silu(self.bn(self.depth(F.glu(self.point(y), dim=1)))))
        x = x + y.transpose(1, 2)
        return self.final(x + 0.5 * self.last(x))


class Model(nn.Module):
    def __init__(self, mel=8, d=12, classes=6):
        super().__init__()
        self.into = nn.Linear(mel, d)
        self.blocks = nn.ModuleList(Conformer(d) for _ in range(2))
        self.decoder = nn.LSTM(d, d, batch_first=True)
        self.out = nn.Linear(d, classes)

    def forward(self, mel, lengths):
        x, padding = self.into(mel), torch.arange(mel.size(1)) >= lengths[:, None]
        for block in self.blocks:
            x = block(x, padding)
        y, _ = self.decoder(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False))
        y, _ = pad_packed_sequence(y, batch_first=True)
        return self.out(y).log_softmax(-1).transpose(0, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(4, 10, 8, generator=g), torch.tensor([10, 6, 8, 4])


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
