
import torch
import torch.nn as nn


class Memory(nn.Module):
    def __init__(self, n_obs=6, hidden=11, n_act=3):
        super().__init__()
        self.rnn = nn.GRU(n_obs, hidden)
        self.actor = nn.Sequential(nn.Linear(hidden, 8), nn.ELU(), nn.Linear(8, n_act))

    def reset(self, state, dones):
        state = state.clone()
        state[..., dones.bool(), :] = 0.0
        return state

    def forward(self, obs, dones, state):
        # obs (T, N, F), dones (T, N)
        outs = []
        for o, d in zip(obs, dones):
            out, state = self.rnn(o.unsqueeze(0), state)
            outs.append(out.squeeze(0))
            state = self.reset(state, d)
        return self.actor(torch.stack(outs))


def make_model():
    torch.manual_seed(0)
    return Memory()


def make_inputs():
    g = torch.Generator().manual_seed(3)
    return torch.randn(8, 5, 6), (torch.rand(8, 5, generator=g) < 0.3).long(), torch.zeros(1, 5, 11)


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch"), ("layers", "batch", "hidden"))
