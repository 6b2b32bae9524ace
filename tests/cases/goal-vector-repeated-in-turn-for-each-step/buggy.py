import torch
import torch.nn as nn


class GoalPolicy(nn.Module):
    def __init__(self, observation=6, goal=4, hidden=9, actions=3):
        super().__init__()
        self.encode = nn.Linear(observation, hidden)
        self.goal = nn.Linear(goal, hidden)
        self.gru = nn.GRU(hidden, hidden, batch_first=True)
        self.pi = nn.Linear(hidden, actions)

    def forward(self, observations, goal):
        b, t, _ = observations.shape
        x = self.encode(observations.reshape(b * t, -1))
        x = torch.tanh(x + self.goal(goal).repeat(t, 1))
        y, _ = self.gru(x.view(b, t, -1))
        return self.pi(y)


def make_model():
    torch.manual_seed(97)
    return GoalPolicy()


def make_inputs(batch=5, seq=8):
    return torch.randn(batch, seq, 6), torch.randn(batch, 4)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "goal"))
