import torch
import torch.nn as nn


class Hybrid(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 12, batch_first=True)
        self.block = nn.TransformerEncoder(nn.TransformerEncoderLayer(12, 3, 16, dropout=0.0, batch_first=True), 2, enable_nested_tensor=False)
        self.out = nn.Linear(12, 1)

    def forward(self, x):
        h = self.gru(x)[0]
        return self.out(self.block(h)[:, -1]).squeeze(-1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Hybrid()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
