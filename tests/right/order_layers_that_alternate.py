import torch
import torch.nn as nn


class Model(nn.Module):
    """Every second layer reads from the end; highways join what was turned back."""

    def __init__(self, vocab=30, width=8, layers=4, roles=5):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.layers = nn.ModuleList(nn.LSTM(width, width, batch_first=True) for _ in range(layers))
        self.gates = nn.ModuleList(nn.Linear(2 * width, width) for _ in range(layers))
        self.out = nn.Linear(width, roles)

    def forward(self, words):
        x = self.embed(words)
        for at, (layer, gate) in enumerate(zip(self.layers, self.gates)):
            y = layer(x.flip(1))[0].flip(1) if at % 2 else layer(x)[0]
            r = torch.sigmoid(gate(torch.cat([x, y], -1)))
            x = r * y + (1 - r) * x
        return self.out(x)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 30, (4, 8), generator=g),)


INPUT_AXES = (("batch", "seq"),)


def make_target():
    g = torch.Generator().manual_seed(2)
    return torch.randint(0, 5, (4, 8), generator=g)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return nn.functional.cross_entropy(output.transpose(1, 2), target)
