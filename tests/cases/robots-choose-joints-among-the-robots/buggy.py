import torch
from torch import nn


class Team(nn.Module):
    """Each of several robots does one of a few things at each step."""

    def __init__(self, seen=6, actions=5):
        super().__init__()
        self.cell = nn.GRUCell(seen, 12)
        self.actions = nn.Linear(12, actions)

    def forward(self, seen, done):
        batch, steps, robots, _ = seen.shape
        state, logs = seen.new_zeros(batch * robots, 12), []
        for t in range(steps):
            state = self.cell(seen[:, t].flatten(0, 1), state)
            scores = self.actions(state).view(batch, robots, -1)
            probable = torch.log_softmax(scores, 1)
            logs.append(probable.gather(2, done[:, t, :, None]).squeeze(2))
        return torch.stack(logs, dim=1)


def make_model():
    torch.manual_seed(0)
    return Team()


def make_inputs(batch=4, seq=6):
    return torch.randn(batch, seq, 3, 6), torch.randint(0, 5, (batch, seq, 3))


INPUT_AXES = (("batch", "seq", "robot", "feature"), ("batch", "seq", "robot"))
