import torch
from torch import nn


class Hives(nn.Module):
    def __init__(self, sensors=5, width=12, heads=3):
        super().__init__()
        self.heads = heads
        self.reader = nn.LSTM(sensors, width, batch_first=True)
        self.qkv = nn.Linear(width, 3 * width)
        self.swarms = nn.Linear(width, 2)

    def forward(self, sensors):
        hours, _ = self.reader(sensors)
        n, t, w = hours.shape
        q, k, v = self.qkv(hours).view(n, t, 3, self.heads, w // self.heads).permute(2, 0, 3, 1, 4)
        heads = torch.einsum("nhqk,nhkd->nhqd", torch.softmax(q @ k.mT / 2, dim=-1), v)
        return self.swarms(heads.transpose(1, 2).reshape(n, t, w).mean(dim=1))


def make_model():
    torch.manual_seed(0)
    return Hives()


def make_inputs(batch=4, seq=10):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
