"""Titles of at most ten words, ten at a time: as many steps as titles, so that packing takes either for the batch."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence

BROKEN = False


class Titles(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(50, 8, padding_idx=0)
        self.read = nn.LSTM(8, 12)
        self.topic = nn.Linear(12, 4)

    def forward(self, titles, sizes):
        packed = pack_padded_sequence(self.words(titles), sizes, batch_first=not BROKEN, enforce_sorted=False)
        return self.topic(self.read(packed)[1][0][-1])


def some_titles(count):
    sizes = torch.randint(2, 11, (count,))
    sizes[0] = 10
    titles = torch.randint(1, 50, (count, 10))
    return titles * (torch.arange(10) < sizes[:, None]), sizes


torch.manual_seed(3)
model = Titles()
optimizer = torch.optim.Adam(model.parameters())
for step in range(3):
    titles, sizes = some_titles(10)
    loss = nn.functional.cross_entropy(model(titles, sizes), titles.amax(1) % 4)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(step, round(loss.item(), 3))
