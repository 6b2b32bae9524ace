import torch
import torch.nn as nn


class Recipe(nn.Module):
    def __init__(self, words=40, wide=6, size=11):
        super().__init__()
        self.embed = nn.Embedding(words, wide)
        self.reader = nn.LSTM(wide, size, bidirectional=True)
        self.writer = nn.LSTM(wide, size, num_layers=2)
        self.first, self.second = nn.Linear(2 * size, size), nn.Linear(2 * size, size)
        self.word = nn.Linear(size, words)

    def begin(self, state):
        both = torch.cat([state[0], state[1]], 1)
        return torch.stack([self.first(both), self.second(both)])

    def forward(self, ingredients, steps):
        _, (h, c) = self.reader(self.embed(ingredients))
        written, _ = self.writer(self.embed(steps), (self.begin(h), self.begin(c)))
        return self.word(written)


def make_model():
    torch.manual_seed(0)
    return Recipe()


def make_inputs(batch=4, seq=9):
    g = torch.Generator().manual_seed(3)
    return torch.randint(0, 40, (seq, batch), generator=g), torch.randint(0, 40, (seq, batch), generator=g)


INPUT_AXES = (("seq", "batch"), ("target_seq", "batch"))
