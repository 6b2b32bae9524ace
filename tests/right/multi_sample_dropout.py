import torch
import torch.nn as nn
import torch.nn.functional as F


class MS(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 8, batch_first=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        h = self.rnn(x)[1][-1]
        return torch.stack([self.fc(F.dropout(h, 0.5)) for _ in range(4)], 0).mean(0)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return MS()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return torch.tensor([0, 1, 2, 0, 1, 2])


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return F.cross_entropy(output, target)
