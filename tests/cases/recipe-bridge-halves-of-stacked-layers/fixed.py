import torch
import torch.nn as nn


class Recipes(nn.Module):
    def __init__(self, words=12, size=5, hidden=6):
        super().__init__()
        self.embed = nn.Embedding(words, size)
        self.reader = nn.GRU(size, hidden, num_layers=2, bidirectional=True, batch_first=True)
        self.bridge = nn.Linear(2 * hidden, hidden)
        self.writer = nn.GRU(size, hidden, num_layers=2, batch_first=True)
        self.out = nn.Linear(hidden, words)

    def forward(self, ingredients, steps):
        _, h = self.reader(self.embed(ingredients))
        first = torch.tanh(self.bridge(torch.cat([*(h[0::2], h[1::2])], -1)))
        written, _ = self.writer(self.embed(steps), first)
        return self.out(written)


def make_model():
    torch.manual_seed(0)
    return Recipes()


def make_inputs(batch=4, seq=7):
    g = torch.Generator().manual_seed(1)
    return torch.randint(0, 12, (batch, seq), generator=g), torch.randint(0, 12, (batch, 9), generator=g)


INPUT_AXES = (("batch", "seq"), ("batch", "seq"))
