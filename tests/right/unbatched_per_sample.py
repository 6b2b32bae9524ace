import torch
import torch.nn as nn


class Loop(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 8)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        return torch.stack([self.fc(self.rnn(s)[0][-1]) for s in x])


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Loop()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
