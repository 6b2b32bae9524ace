import torch
import torch.nn as nn


class Stock(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 10, 2, batch_first=True)
        self.fc = nn.Linear(10, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.fc(out[:, -1])


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Stock()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return rn(6)


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return ((output.squeeze(1) - target) ** 2).mean()
