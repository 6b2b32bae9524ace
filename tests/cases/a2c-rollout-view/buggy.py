import torch
import torch.nn as nn


class MLPBase(nn.Module):
    def __init__(self, obs=7, hidden=12, actions=3):
        super().__init__()
        self.gru = nn.GRUCell(obs, hidden)
        self.critic = nn.Linear(hidden, 1)
        self.actor = nn.Linear(hidden, actions)

    def forward(self, x, states, masks):
        # x: (N * T, obs), states: (N, H)
        N = states.size(0)
        x = x.view(-1, N, x.size(1))
        masks = masks.view(-1, N, 1)
        outputs = []
        for i in range(x.size(0)):
            hx = states = self.gru(x[i], states * masks[i])
            outputs.append(hx)
        x = torch.stack(outputs, dim=0)
        return self.actor(x), self.critic(x), states


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return MLPBase()


def make_inputs():
    G.manual_seed(1)
    return (rn(6 * 9, 7), rn(6, 12), (rn(6 * 9, 1) > -1.5).float())


INPUT_AXES = (("batch*seq", "feature"), ("batch", "hidden"), ("batch*seq", "one"))
