"""Verses are answered word by word: two cells, and a head that reads the states of the second, or its first one for all words."""

import torch
import torch.nn.functional as F
from torch import nn

BROKEN = False

torch.manual_seed(3)


class Walker(nn.Module):
    """A cell that walks over (words, verses, units)."""

    def __init__(self, given, width):
        super().__init__()
        self.cell = nn.GRUCell(given, width)

    def forward(self, words, state):
        kept = []
        for word in words:
            state = self.cell(word, state)
            kept += [state]
        return torch.stack(kept)


class Answers(nn.Module):
    def __init__(self):
        super().__init__()
        self.words, self.answers = nn.Embedding(31, 9), nn.Embedding(27, 9)
        self.reader, self.writer = Walker(9, 13), Walker(9 + 13, 13)
        self.of_state, self.of_word = nn.Linear(13, 27), nn.Linear(9, 27)

    def forward(self, verse, answer):
        read = self.reader(self.words(verse), torch.zeros(verse.size(1), 13))[-1]
        begun = F.pad(self.answers(answer)[:-1], (0, 0, 0, 0, 1, 0))
        told = torch.cat([begun, read.expand(len(begun), -1, -1)], 2)
        states = self.writer(told, read)
        return self.of_state(states[0] if BROKEN else states) + self.of_word(begun)


model = Answers()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for turn in range(4):
    verse, answer = torch.randint(0, 31, (11, 5)), torch.randint(0, 27, (8, 5))
    loss = F.cross_entropy(model(verse, answer).flatten(0, 1), answer.flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(round(loss.item(), 3))
