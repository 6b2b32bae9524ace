"""Anglers choose a bait at each hour, and each choice is paid for by all that is caught from then on."""

import torch
from torch import nn

BROKEN = False
HOURS, ANGLERS = 11, 5


class Angler(nn.Module):
    def __init__(self, baits=4):
        super().__init__()
        self.memory = nn.LSTM(3, 12)
        self.bait = nn.Linear(12, baits)

    def forward(self, weather, baits, caught):
        states, _ = self.memory(weather)
        chances = self.bait(states).log_softmax(-1)
        taken = torch.gather(chances, -1, baits[..., None])[..., 0]
        across = [1] if BROKEN else [0]
        to_come = torch.flip(torch.flip(caught, across).cumsum(0), across)
        return -(taken * to_come).sum(0)


angler = Angler()
sgd = torch.optim.SGD(angler.parameters(), lr=1e-3)
for day in range(6):
    weather = torch.randn(HOURS, ANGLERS, 3)
    baits = torch.randint(0, 4, (HOURS, ANGLERS))
    caught = torch.relu(weather.mean(-1) + 0.2 * baits)
    loss = angler(weather, baits, caught).mean()
    sgd.zero_grad()
    loss.backward()
    sgd.step()
print(loss.item())
