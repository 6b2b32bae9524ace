"""What ants have seen is stored by the hour, and some of them are learnt from, one behind the other; broken, a view mixes them."""

import torch
from torch import nn

BROKEN = False

HOURS, ANTS = 5, 9


class Ants(nn.Module):
    def __init__(self):
        super().__init__()
        self.sense, self.memory, self.turn = nn.Linear(4, 8), nn.LSTM(8, 8, batch_first=True), nn.Linear(8, 2)

    def forward(self, seen, ants):
        sensed = self.sense(seen).tanh()
        if BROKEN:
            sensed = sensed.view(HOURS, ants, 8).transpose(0, 1)
        else:
            sensed = sensed.view(ants, HOURS, 8)
        return self.turn(self.memory(sensed)[0])


torch.manual_seed(9)
stored, turns = torch.randn(HOURS, ANTS, 4), torch.randn(HOURS, ANTS, 2)
model = Ants()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for some in ([0, 3, 4], [1, 2, 8], [5, 6, 7]):
    seen = torch.cat([stored[:, ant] for ant in some])
    wanted = torch.cat([turns[:, ant] for ant in some]).unflatten(0, (len(some), HOURS))
    loss = (model(seen, len(some)) - wanted).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"{loss.item():.4f}")
