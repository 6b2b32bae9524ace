import torch
import torch.nn.functional as F
from torch import nn


class Verses(nn.Module):
    """A cell that is led through a line of verse, letter by letter, from what its title says."""

    def __init__(self, letters=20):
        super().__init__()
        self.letters, self.title = nn.Embedding(letters, 9), nn.Linear(5, 12)
        self.cell, self.next = nn.GRUCell(9, 12), nn.Linear(12, letters)

    def forward(self, title, line):
        state = torch.tanh(self.title(title))
        guesses = []
        for letter in line.unbind(1):
            state = self.cell(self.letters(letter), state)
            guesses.append(self.next(state))
        return torch.stack(guesses, 1)


def lines(batch=7, seq=7):
    return torch.randint(0, 20, (batch, seq), generator=torch.Generator().manual_seed(6))


def make_model():
    torch.manual_seed(0)
    return Verses()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(7, 5), lines()


def make_target():
    return lines()


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.cross_entropy(output.flatten(0, 1), target.flatten())


INPUT_AXES = (("batch", "feature"), ("batch", "seq"))
