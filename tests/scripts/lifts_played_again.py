"""What a memory of lifts did is played again, all steps of one lift behind those of another; broken, a view turns them round."""

import torch
from torch import nn

BROKEN = False

LIFTS, FLOORS = 12, 7


class Lifts(nn.Module):
    def __init__(self, seen=FLOORS, units=10):
        super().__init__()
        self.look, self.memory = nn.Linear(seen, units), nn.LSTM(units, units)
        self.worth = nn.Linear(units, 1)

    def forward(self, seen, h, c):
        lifts, steps = seen.shape[:2]
        looked = self.look(seen.reshape(lifts * steps, -1)).relu()
        rows = looked.view(steps, lifts, -1) if BROKEN else looked.view(lifts, steps, -1).transpose(0, 1)
        out, _ = self.memory(rows, (h[None], c[None]))
        return self.worth(out).squeeze(-1).t()


torch.manual_seed(6)
seen, worth = torch.randn(LIFTS, 9, FLOORS), torch.randn(LIFTS, 9)
h, c = torch.zeros(LIFTS, 10), torch.zeros(LIFTS, 10)
model = Lifts()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for epoch in range(3):
    for some in torch.randperm(LIFTS).split(4):
        loss = nn.functional.mse_loss(model(seen[some], h[some], c[some]), worth[some])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(f"{loss.item():.4f}")
