import torch
import torch.nn as nn
import torch.nn.functional as F


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRUCell(5, 9)
        self.pi = nn.Linear(9, 4)

    def forward(self, obs, hx):
        hx = self.gru(obs, hx)
        return F.log_softmax(self.pi(hx), dim=-1).max(-1).values, hx


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Policy()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 5), rn(6, 9))


INPUT_AXES = (("batch", "feature"), ("batch", "hidden"))


def make_target():
    G.manual_seed(2)
    return rn(6, 1)


TARGET_AXES = ("batch", "one")


def loss_fn(output, target):
    log_prob, _ = output
    return -(log_prob * target).mean()
