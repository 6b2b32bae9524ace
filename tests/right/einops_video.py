import torch
import torch.nn as nn
from einops import rearrange, reduce, repeat


class V(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Conv2d(2, 6, 3)
        self.gru = nn.GRU(6, 8, batch_first=True, bidirectional=True)
        self.q = nn.Parameter(torch.randn(1, 1, 16))
        self.fc = nn.Linear(16, 3)

    def forward(self, x):
        b = x.size(0)
        f = reduce(self.cnn(rearrange(x, "b t c h w -> (b t) c h w")), "n c h w -> n c", "mean")
        o, _ = self.gru(rearrange(f, "(b t) c -> b t c", b=b))
        q = repeat(self.q, "1 1 d -> b 1 d", b=b)
        a = torch.einsum("bqd,btd->bqt", q, o).softmax(-1)
        return self.fc(rearrange(torch.einsum("bqt,btd->bqd", a, o), "b 1 d -> b d"))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return V()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 2, 7, 8),)


INPUT_AXES = (("batch", "seq", "channel", "height", "width"),)
