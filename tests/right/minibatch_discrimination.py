import torch
import torch.nn as nn


class MB(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 8, batch_first=True)
        self.T = nn.Parameter(torch.randn(8, 4, 3))
        self.fc = nn.Linear(12, 1)

    def forward(self, x):
        h = self.rnn(x)[1][0][-1]
        m = torch.einsum("bh,hok->bok", h, self.T)
        d = (m.unsqueeze(0) - m.unsqueeze(1)).abs().sum(3)
        o = torch.exp(-d).sum(0) - 1
        return self.fc(torch.cat([h, o], 1))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return MB()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
