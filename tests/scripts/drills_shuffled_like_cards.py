"""Drills: a critic reads the runs of a fleet again and again, each time in another order of the runs."""

import torch
from torch import nn

BROKEN = False

torch.manual_seed(2)


class Wear(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.worth = nn.GRU(4, 10, batch_first=True), nn.Linear(10, 1)

    def forward(self, runs):
        return self.worth(self.rnn(runs)[0]).squeeze(2)


class Rehearsal(nn.Module):
    def __init__(self):
        super().__init__()
        self.wear = Wear()

    def mixed(self, values, order):
        if BROKEN:
            return values.flatten(0, 1)[order].reshape(values.shape)
        return values[order]

    def forward(self, runs, worth):
        order = torch.randperm(runs.size(0) * runs.size(1) if BROKEN else runs.size(0))
        return (self.wear(self.mixed(runs, order)) - self.mixed(worth, order)).square().mean()


model = Rehearsal()
optimizer = torch.optim.RMSprop(model.parameters(), lr=1e-3)
for epoch in range(3):
    runs, worth = torch.randn(6, 9, 4), torch.randn(6, 9)
    for _ in range(2):
        loss = model(runs, worth)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(round(loss.item(), 3))
