import torch
import torch.nn as nn


class Actor(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(7, 8)
        self.gru = nn.GRU(8, 10)
        self.pi = nn.Linear(10, 3)

    def forward(self, obs):
        x = torch.tanh(self.fc(obs))
        x, h = self.gru(x.unsqueeze(0))
        x = x.squeeze(0)
        return torch.softmax(self.pi(x), dim=-1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Actor()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 7),)


INPUT_AXES = (("batch", "feature"),)
