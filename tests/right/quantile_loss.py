import torch
import torch.nn as nn


class Q(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 8, batch_first=True)
        self.out = nn.Linear(8, 3)

    def forward(self, x):
        return self.out(self.rnn(x)[0])


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Q()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return rn(6, 9)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    q = torch.tensor([0.1, 0.5, 0.9])
    e = target.unsqueeze(-1) - output
    return torch.max(q * e, (q - 1) * e).sum(-1).mean()
