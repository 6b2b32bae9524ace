import torch
import torch.nn.functional as F
from torch import nn


class Captions(nn.Module):
    def __init__(self, vocab=20):
        super().__init__()
        self.film, self.words = nn.GRU(6, 10, batch_first=True), nn.Embedding(vocab, 5)
        self.cell, self.out = nn.GRUCell(5, 10), nn.Linear(10, vocab)

    def forward(self, frames, caption):
        state = self.film(frames)[1][0]
        said = []
        for at in range(caption.size(1) - 1):
            state = self.cell(self.words(caption[:, at]), state)
            said.append(self.out(state))
        return torch.stack(said, dim=1)


def caption():
    return torch.randint(1, 20, (8, 7), generator=torch.Generator().manual_seed(3))


def make_model():
    torch.manual_seed(0)
    return Captions()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(8, 9, 6), caption()


def make_target():
    return caption()


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.cross_entropy(output.flatten(0, 1), target[:, :-1].flatten())


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
