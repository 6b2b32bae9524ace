import torch
import torch.nn as nn


class Policy(nn.Module):
    def __init__(self, observation=9, actions=4):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(observation, 14), nn.Tanh())
        self.memory = nn.LSTM(14, 16)
        self.pi = nn.Linear(16, actions)
        self.v = nn.Linear(16, 1)

    def forward(self, observation):
        z = self.body(observation)
        y, state = self.memory(z.unsqueeze(0))
        y = y.squeeze(0)
        return torch.distributions.Categorical(logits=self.pi(y)).logits, self.v(y).squeeze(-1)


def make_model():
    torch.manual_seed(5)
    return Policy()


def make_inputs(batch=7, seq=1):
    return (torch.randn(batch, 9),)


INPUT_AXES = (("batch", "feature"),)
