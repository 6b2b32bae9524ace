import torch
import torch.nn as nn
import torch.nn.functional as F


class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(8, 8)
        self.fc = nn.Linear(8, 8)

    def forward(self, x):
        out, _ = self.lstm(x.transpose(0, 1))
        out = out.transpose(0, 1).reshape(-1, 8)
        return self.fc(out).reshape(8, 8, 8)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return M()


def make_inputs():
    G.manual_seed(1)
    return (rn(8, 8, 8),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return ids(8, 8, 8)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.cross_entropy(output.view(64, 8), target.view(64))
