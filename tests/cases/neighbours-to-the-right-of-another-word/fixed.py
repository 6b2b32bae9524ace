import torch
import torch.nn as nn


class Senses(nn.Module):
    """Which sense a word has, from what stands before it and what comes after."""

    def __init__(self, words=60, senses=4, size=7):
        super().__init__()
        self.vector = nn.Embedding(words, 10)
        self.before, self.after = nn.GRU(10, size), nn.GRU(10, size)
        self.meaning, self.sense = nn.Linear(10 + 2 * size, 12), nn.Linear(12, senses)

    def forward(self, text, earlier, later):
        ahead, _ = self.before(self.vector(earlier))
        behind, _ = self.after(torch.flip(self.vector(later), dims=(0,)))
        meant = torch.relu(self.meaning(torch.cat((ahead, self.vector(text), behind.flip(0)), -1)))
        return self.sense(meant.amax(0))


def make_model():
    torch.manual_seed(0)
    return Senses()


def make_inputs(batch=5, seq=8):
    text = torch.randint(1, 60, (seq, batch), generator=torch.Generator().manual_seed(1))
    edge = torch.zeros(1, batch, dtype=torch.long)
    return text, torch.cat([edge, text[:-1]]), torch.cat([text[1:], edge])


INPUT_AXES = (("seq", "batch"), ("seq", "batch"), ("seq", "batch"))
