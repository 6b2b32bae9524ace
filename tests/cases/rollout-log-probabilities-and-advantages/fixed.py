import torch
import torch.nn as nn


class Actor(nn.Module):
    def __init__(self, observation=6, actions=3, hidden=10):
        super().__init__()
        self.gru = nn.GRU(observation, hidden)
        self.pi = nn.Linear(hidden, actions)

    def forward(self, observations, actions):
        y, _ = self.gru(observations)
        log_pi = self.pi(y).log_softmax(-1)
        chosen = log_pi.gather(-1, actions.unsqueeze(-1)).squeeze(-1)
        return chosen.reshape(-1)


def make_model():
    torch.manual_seed(49)
    return Actor()


def make_inputs(batch=5, seq=8):
    return torch.randn(seq, batch, 6), torch.randint(0, 3, (seq, batch))


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch"))


def make_target(batch=5, seq=8):
    return torch.randn(seq, batch)


TARGET_AXES = ("seq", "batch")


def loss_fn(output, target):
    return -(output * target.reshape(-1)).mean()
