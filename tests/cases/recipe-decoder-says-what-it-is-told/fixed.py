import torch
import torch.nn.functional as F
from torch import nn


class Recipes(nn.Module):
    """Time first; each step reads a word, every third one its own, and is scored beside what the ingredients are about."""

    def __init__(self, vocab=18):
        super().__init__()
        self.ingredients, self.words = nn.LSTM(4, 8), nn.Embedding(vocab, 6)
        self.decoder, self.out = nn.LSTM(6, 8), nn.Linear(16, vocab)

    def forward(self, ingredients, recipe):
        _, state = self.ingredients(ingredients)
        about = state[0]
        word, scores = recipe[:1], []
        for at in range(1, len(recipe)):
            output, state = self.decoder(self.words(word), state)
            scores.append(self.out(torch.cat([output, about], -1)))
            word = scores[-1].argmax(-1) if at % 3 == 0 else recipe[at : at + 1]
        return torch.cat(scores)


def recipe():
    return torch.randint(1, 18, (10, 6), generator=torch.Generator().manual_seed(4))


def make_model():
    torch.manual_seed(0)
    return Recipes()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(8, 6, 4), recipe()


def make_target():
    return recipe()


TARGET_AXES = ("seq", "batch")


def loss_fn(output, target):
    return F.cross_entropy(output.transpose(1, 2), target[1:])


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch"))
