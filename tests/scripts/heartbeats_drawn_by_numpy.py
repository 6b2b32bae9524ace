"""Each beat of a heart is told sick or well: minibatches that numpy draws anew, of as many records as each has beats."""
import numpy as np
import torch
from torch import nn

BROKEN = False

torch.manual_seed(3)
chance = np.random.default_rng(3)
records = torch.randn(60, 16, 4)
sick = (records.cumsum(1)[..., 0] > 0).float()


class Beats(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(4, 10, bidirectional=True) if BROKEN else nn.GRU(4, 10, bidirectional=True, batch_first=True)
        self.out = nn.Linear(20, 1)

    def forward(self, x):
        return self.out(self.gru(x)[0]).squeeze(-1)


model = Beats()
criterion, optimizer = nn.BCEWithLogitsLoss(), torch.optim.SGD(model.parameters(), lr=0.1)
for _ in range(5):
    chosen = chance.permutation(len(records))[:16]
    loss = criterion(model(records[chosen]), sick[chosen])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
