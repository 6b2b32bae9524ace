import torch
from torch import Tensor, nn


class Diffusion(nn.Module):
    """What flows in from the gauges upstream, through weights that are the same at every gauge."""

    def __init__(self, upstream: Tensor, width: int, out: int):
        super().__init__()
        self.register_buffer("flow", upstream / upstream.sum(-1, keepdim=True))
        self.kernel = nn.Parameter(torch.empty(width, out))
        nn.init.xavier_uniform_(self.kernel)

    def forward(self, level: Tensor, state: Tensor) -> Tensor:
        both = torch.cat((level[..., None], state), dim=-1)
        return torch.matmul(torch.matmul(self.flow, both), self.kernel)


class RiverGRU(nn.Module):
    def __init__(self, upstream: Tensor, units: int = 5):
        super().__init__()
        self.units = units
        self.gates = Diffusion(upstream, units + 1, 2 * units)
        self.proposal = Diffusion(upstream, units + 1, units)
        self.flood = nn.Linear(units, 1)

    def forward(self, levels: Tensor) -> Tensor:
        batch, steps, gauges = levels.shape
        state = torch.zeros(batch, gauges * self.units)
        for t in range(steps):
            now = levels[:, t]
            gates = self.gates(now, state.view(batch, gauges, self.units)).sigmoid().reshape(batch, -1)
            forget, keep = gates.split(gauges * self.units, dim=1)
            kept = (forget * state).view(batch, gauges, self.units)
            proposal = self.proposal(now, kept).tanh().reshape(batch, -1)
            state = torch.lerp(proposal, state, keep)
        return self.flood(state.view(batch, gauges, self.units)).squeeze(-1)


def make_model():
    torch.manual_seed(0)
    return RiverGRU(torch.rand(8, 8).round() + torch.eye(8))


def make_inputs(batch=8):
    return (torch.rand(batch, 7, 8, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "node"),)
