import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """S4D: a kernel as long as the sequence, convolved by transforms of twice the length, then a GRU."""

    def __init__(self, d=6, states=4):
        super().__init__()
        self.log, self.c = nn.Parameter(torch.rand(d, states)), nn.Parameter(torch.randn(d, states))
        self.skip, self.into = nn.Parameter(torch.ones(d)), nn.Linear(3, d)
        self.rnn, self.out = nn.GRU(d, d, batch_first=True), nn.Linear(d, 2)

    def forward(self, x):
        u = self.into(x).transpose(1, 2)
        steps = u.size(-1)
        kernel = (self.c.unsqueeze(-1) * torch.exp(-self.log.exp().unsqueeze(-1) * torch.arange(steps))).sum(1)
        y = torch.fft.irfft(torch.fft.rfft(u, 2 * steps) * torch.fft.rfft(kernel, 2 * steps), 2 * steps)[..., :steps]
        y = F.gelu(y + self.skip.unsqueeze(-1) * u)
        return self.out(self.rnn(y.transpose(1, 2))[0].mean(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(4, 9, 3, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
