"""Threads of letters: a GRU reads each letter, letters of a thread look at one another, and each thread is kept or dropped."""

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BROKEN = False

torch.manual_seed(5)


class Threads(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.reader = nn.Embedding(40, 8), nn.GRU(8, 12, batch_first=True)
        self.asks, self.answers = nn.Linear(12, 6), nn.Linear(12, 6)
        self.kept = nn.Linear(12, 1)

    def forward(self, threads):
        state = self.reader(self.words(threads.flatten(0, 1)))[1]
        letters = state.squeeze(0).view(*threads.shape[:2], 12)
        scores = self.asks(letters) @ self.answers(letters).mT
        weights = torch.softmax(scores, 2)
        seen = (weights.mT if BROKEN else weights) @ letters
        return self.kept(seen.tanh()).squeeze(2)


threads = torch.randint(0, 40, (30, 6, 9))
loader = DataLoader(TensorDataset(threads, (threads[..., 0] > 20).float()), batch_size=5, shuffle=True)
model = Threads()
optimizer = torch.optim.Adam(model.parameters(), lr=3e-3)
for some, kept in loader:
    loss = nn.functional.binary_cross_entropy_with_logits(model(some), kept)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(round(loss.item(), 3))
