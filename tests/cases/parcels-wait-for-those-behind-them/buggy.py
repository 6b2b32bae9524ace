import torch
import torch.nn as nn


class Belt(nn.Module):
    def __init__(self, d=12, heads=3):
        super().__init__()
        self.heads, self.rnn = heads, nn.LSTM(5, d)
        self.read, self.out = nn.Linear(d, 3 * d), nn.Linear(d, 4)

    def split(self, x):
        return x.unflatten(-1, (self.heads, -1)).permute(1, 2, 0, 3)

    def forward(self, parcels):
        seen, _ = self.rnn(parcels)
        query, key, value = map(self.split, self.read(seen).chunk(3, -1))
        scores = torch.einsum("bhqd,bhkd->bhqk", query, key)
        behind = torch.ones(len(seen), len(seen), dtype=torch.bool).triu(1)
        scores = torch.where(behind, scores, float("-inf")) / 2
        read = torch.nan_to_num(scores.softmax(-1)) @ value
        return self.out(read.permute(2, 0, 1, 3).flatten(2))


def make_model():
    torch.manual_seed(0)
    return Belt()


def make_inputs(batch=4, seq=6):
    return (torch.randn(seq, batch, 5, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("seq", "batch", "feature"),)
