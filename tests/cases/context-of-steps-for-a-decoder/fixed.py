import torch
from torch import nn


class Birdlist(nn.Module):
    def __init__(self, species=17, bands=6, width=11):
        super().__init__()
        self.hear = nn.GRU(bands, width, batch_first=True)
        self.name = nn.Embedding(species, 5)
        self.say = nn.GRU(5 + width, width, batch_first=True)
        self.which = nn.Linear(width, species)

    def forward(self, dawn, named):
        heard, last = self.hear(dawn)
        strongest = heard.amax(dim=1)
        names = self.name(named)
        beside = strongest.unsqueeze(1).expand(-1, names.size(1), -1)
        said, _ = self.say(torch.cat([names, beside], dim=2), last)
        return self.which(said)


def make_model():
    torch.manual_seed(0)
    return Birdlist()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(4, 11, 6, generator=g), torch.randint(0, 17, (4, 5), generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
