import torch
import torch.nn as nn


class Enc(nn.Module):
    def __init__(self, layers=2, h=7):
        super().__init__()
        self.layers, self.h = layers, h
        self.lstm = nn.LSTM(5, h, layers, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(2 * h, 3)

    def forward(self, x):
        out, (hn, cn) = self.lstm(x)
        hn = hn.view(2, self.layers, x.size(0), self.h)[:, -1]
        return self.fc(torch.cat([hn[0], hn[1]], dim=-1))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Enc()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
