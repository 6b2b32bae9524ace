import torch
import torch.nn as nn


class Cox(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 8, batch_first=True)
        self.s = nn.Linear(8, 1)

    def forward(self, x):
        return self.s(self.rnn(x)[0][:, -1])[:, 0]


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Cox()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return torch.tensor([3.0, 5.0, 1.0, 4.0, 2.0, 6.0])


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    order = target.argsort(descending=True)
    r = output[order]
    return -(r - torch.logcumsumexp(r, 0)).mean()
