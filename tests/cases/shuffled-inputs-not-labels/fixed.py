
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 11, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(22, 3)

    def forward(self, x):
        perm = torch.randperm(x.size(0), generator=torch.Generator().manual_seed(4))
        xs = x[perm]
        _, (h, _) = self.rnn(xs)
        logits = self.fc(torch.cat([h[0], h[1]], 1))
        return logits[torch.argsort(perm)]


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    return (torch.randn(7, 9, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    return torch.randint(0, 3, (7,))


TARGET_AXES = ("batch",)


def loss_fn(o, t):
    return F.cross_entropy(o, t)
