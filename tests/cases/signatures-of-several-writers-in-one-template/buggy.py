import torch
from torch import nn


class Templates(nn.Module):
    """The strongest units over a writer's signatures are his template; a new signature is compared with each."""

    def __init__(self):
        super().__init__()
        self.pen = nn.GRU(3, 9, batch_first=True)
        self.code = nn.Linear(9, 6)

    def coded(self, strokes):
        _, h = self.pen(strokes)
        return torch.tanh(self.code(h.squeeze(0)))

    def forward(self, known, new):
        writers, takes = known.size(0), known.size(1)
        codes = self.coded(known.reshape(writers * takes, known.size(2), known.size(3)))
        template = codes.reshape(takes, writers, -1).amax(dim=0)
        return self.coded(new) @ template.t()


def make_model():
    torch.manual_seed(0)
    return Templates()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return torch.randn(4, 3, seq, 3, generator=g), torch.randn(batch, seq, 3, generator=g)


INPUT_AXES = (("writer", "take", "seq", "feature"), ("batch", "seq", "feature"))
