import torch
import torch.nn as nn


class IV(nn.Module):
    def __init__(self, T=9, n=5):
        super().__init__()
        self.emb = nn.Linear(T, 8)
        self.rnn = nn.LSTM(8, 8, batch_first=True)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        z = self.emb(x.transpose(1, 2))
        return self.head(self.rnn(z)[0]).transpose(1, 2)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return IV()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
