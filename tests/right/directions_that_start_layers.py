import torch
import torch.nn as nn


class Model(nn.Module):
    """Both directions start two layers each in another way: stacked by name, picked, and two by two in a layer of two."""

    def __init__(self, f=4, hidden=8):
        super().__init__()
        self.read = nn.GRU(f, hidden, batch_first=True, bidirectional=True)
        self.deep = nn.GRU(f, hidden, 2, batch_first=True, bidirectional=True)
        self.first, self.second = nn.GRU(f, hidden, 2, batch_first=True), nn.GRU(f, hidden, 2, batch_first=True)
        self.both = nn.GRU(f, hidden, batch_first=True, bidirectional=True)
        self.out = nn.Linear(4 * hidden, 3)

    def forward(self, x, y):
        _, (forward, backward) = self.read(x)
        _, states = self.deep(x)
        one, _ = self.first(y, torch.stack([forward, backward]))
        two, _ = self.second(y, states[-2:].contiguous())
        three, _ = self.both(y, torch.stack([forward, backward]))
        return self.out(torch.cat([one, two, three], -1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(5, 7, 4, generator=g), torch.randn(5, 6, 4, generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "target_seq", "feature"))
