
import torch
import torch.nn as nn


class Rec(nn.Module):
    def __init__(self, items=30):
        super().__init__()
        self.item = nn.Embedding(items, 12)
        self.gru = nn.GRU(12, 12, batch_first=True)

    def forward(self, seq, pos, neg):
        out, _ = self.gru(self.item(seq))
        u = out[:, -1]
        p = (u * self.item(pos)).sum(-1, keepdim=True)
        n = (u * self.item(neg)).sum(-1, keepdim=True)
        return torch.clamp(1.0 - p + n, min=0).mean()


def make_model():
    torch.manual_seed(0)
    return Rec()


def make_inputs():
    return torch.randint(0, 30, (6, 9)), torch.randint(0, 30, (6,)), torch.randint(0, 30, (6,))


INPUT_AXES = (("batch", "seq"), ("batch",), ("batch",))
