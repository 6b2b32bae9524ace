import torch
import torch.nn as nn
import torch.nn.functional as F


class Stateful(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 9, batch_first=True)
        self.fc = nn.Linear(9, 1)
        self.hidden = None

    def forward(self, x):
        out, hidden = self.lstm(x, self.hidden)
        self.hidden = tuple(s.detach() for s in hidden)
        return self.fc(out[:, -1])


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Stateful()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return rn(6, 1)


TARGET_AXES = ("batch", "one")


def loss_fn(output, target):
    return F.mse_loss(output, target)
