import torch
import torch.nn as nn


class Translate(nn.Module):
    def __init__(self, layers=2, size=9):
        super().__init__()
        self.layers = layers
        self.reader = nn.GRU(5, size, layers, bidirectional=True, batch_first=True)
        self.writer = nn.GRU(5, 2 * size, layers, batch_first=True)
        self.word = nn.Linear(2 * size, 7)

    def forward(self, source, written):
        _, state = self.reader(source)
        state = state.unflatten(0, (self.layers, 2)).transpose(1, 2).flatten(2)
        return self.word(self.writer(written, state)[0])


def make_model():
    torch.manual_seed(0)
    return Translate()


def make_inputs(batch=6, seq=8):
    g = torch.Generator().manual_seed(4)
    return torch.randn(batch, seq, 5, generator=g), torch.randn(batch, seq, 5, generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "target_seq", "feature"))
