"""Melodies side by side, read a few notes at a time, with a state that goes on; broken, the layer walks from melody to melody."""

import torch
from torch import nn

BROKEN = False

NOTES, FEW = 20, 10


class Melodies(nn.Module):
    def __init__(self):
        super().__init__()
        self.look_up, self.following = nn.Embedding(NOTES, 6), nn.Linear(9, NOTES)
        self.hear = nn.GRU(6, 9, batch_first=BROKEN)

    def forward(self, notes, state):
        heard, state = self.hear(self.look_up(notes), state)
        return self.following(heard), state


torch.manual_seed(8)
melodies = torch.randint(NOTES, (5, 61)).t().contiguous()
model, state = Melodies(), None
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for start in range(0, 60, FEW):
    notes, following = melodies[start : start + FEW], melodies[start + 1 : start + FEW + 1]
    scores, state = model(notes, state)
    state = state.detach()
    loss = nn.functional.cross_entropy(scores.flatten(0, 1), following.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"{loss.item():.4f}")
