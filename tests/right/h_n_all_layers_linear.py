import torch
import torch.nn as nn


class HL(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 8, 2, batch_first=True)
        self.fc = nn.Linear(16, 3)

    def forward(self, x):
        _, (h, c) = self.rnn(x)
        return self.fc(torch.cat(list(h), dim=-1)) + self.fc(torch.cat(tuple(c.unbind(0)), -1))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return HL()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
