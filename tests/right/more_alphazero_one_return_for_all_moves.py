import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """Every position of a game is scored against how the game ended."""

    def __init__(self, width=6, hidden=8, moves=5):
        super().__init__()
        self.rnn = nn.LSTM(width, hidden, batch_first=True)
        self.policy, self.value = nn.Linear(hidden, moves), nn.Linear(hidden, 1)

    def forward(self, x):
        y, _ = self.rnn(x)
        return self.policy(y), torch.tanh(self.value(y)).squeeze(-1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 9, 6, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    g = torch.Generator().manual_seed(2)
    return torch.randint(-1, 2, (5,), generator=g).float()


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    policy, value = output
    errors = (value - target.unsqueeze(1)) ** 2
    return errors.mean() + F.log_softmax(policy, -1).exp().pow(2).mean()
