"""A cell that is called by hand, on minibatches that are cut by hand; broken, it walks over the samples."""

import torch
from torch import nn
from torch.nn import functional as F

BROKEN = False
STEPS = BATCH = 6


class Phones(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.out = nn.GRUCell(3, 8), nn.Linear(8, 4)

    def forward(self, x):
        state, scores = x.new_zeros(BATCH, 8), []
        for t in range(STEPS):
            state = self.cell(x[t] if BROKEN else x[:, t], state)
            scores.append(self.out(state))
        return torch.stack(scores, 1)


torch.manual_seed(0)
frames, phones = torch.randn(24, STEPS, 3), torch.randint(0, 4, (24, STEPS))
model = Phones()
optimizer = torch.optim.Adam(model.parameters())
for start in range(0, 24, BATCH):
    x, y = frames[start : start + BATCH], phones[start : start + BATCH]
    loss = F.cross_entropy(model(x).transpose(1, 2), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"{loss.item():.4f}")
