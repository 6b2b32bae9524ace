"""Walkers start anew when they fall: their states are reset by flags, which come as integers."""

import torch
from torch import nn

BROKEN = False

WALKERS = 12


class Policy(nn.Module):
    def __init__(self, seen=5, hidden=10, moves=2):
        super().__init__()
        self.cells = nn.LSTM(seen, hidden, num_layers=2)
        self.act = nn.Linear(hidden, moves)
        self.state = None

    def forget(self, fell):
        h, c = (part.clone() for part in self.state)
        for part in (h, c):
            part[:, fell if BROKEN else fell.bool()] = 0
        self.state = h, c

    def forward(self, seen, fallen):
        self.state, moves = None, []
        for look, fell in zip(seen, fallen):
            out, self.state = self.cells(look[None], self.state)
            moves.append(self.act(out[0]))
            self.forget(fell)
        return torch.stack(moves)


policy = Policy()
optimizer = torch.optim.Adam(policy.parameters(), lr=1e-3)
for update in range(3):
    seen = torch.randn(8, WALKERS, 5)
    fallen = (torch.rand(8, WALKERS) < 0.3).long()
    wanted = seen[..., :2].clamp(-1, 1)
    optimizer.zero_grad()
    loss = nn.functional.mse_loss(policy(seen, fallen), wanted)
    loss.backward()
    optimizer.step()
    print(update, round(loss.item(), 3))
