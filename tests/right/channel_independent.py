import torch
import torch.nn as nn
import torch.nn.functional as F


class CI(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(1, 8, batch_first=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        B, T, C = x.shape
        z = x.transpose(1, 2).reshape(B * C, T, 1)
        _, h = self.rnn(z)
        return self.fc(h[-1]).view(B, C, 3).transpose(1, 2)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return CI()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return rn(6, 3, 4)


TARGET_AXES = ("batch", "horizon", "feature")


def loss_fn(output, target):
    return F.l1_loss(output, target)
