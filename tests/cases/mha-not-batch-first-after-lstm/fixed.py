import torch
import torch.nn as nn


class LstmMha(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 12, batch_first=True)
        self.mha = nn.MultiheadAttention(12, 3, batch_first=True)
        self.norm = nn.LayerNorm(12)
        self.fc = nn.Linear(12, 4)

    def forward(self, x):
        x, _ = self.lstm(x)
        y, _ = self.mha(x, x, x)
        x = self.norm(x + y)
        return self.fc(x.mean(1))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return LstmMha()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
