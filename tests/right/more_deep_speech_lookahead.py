import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """Sequence-wise batch normalisation of (seq * batch, feature), a one-way GRU and a lookahead convolution."""

    def __init__(self, hidden=8, context=3, letters=6):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, (5, 3), stride=(2, 1), padding=(2, 1))
        self.rnn, self.norm = nn.GRU(4 * 4, hidden), nn.BatchNorm1d(4 * 4)
        self.context, self.look = context, nn.Conv1d(hidden, hidden, context, groups=hidden, bias=False)
        self.out = nn.Linear(hidden, letters)

    def forward(self, spectrum):
        x = F.hardtanh(self.conv(spectrum), 0, 20)
        b, c, f, t = x.shape
        x = x.view(b, c * f, t).permute(2, 0, 1).contiguous()
        x = self.norm(x.view(t * b, -1)).view(t, b, -1)
        y, _ = self.rnn(x)
        y = F.pad(y.permute(1, 2, 0), (0, self.context - 1))
        return self.out(self.look(y).permute(2, 0, 1)).log_softmax(-1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(3, 1, 8, 10, generator=g),)


INPUT_AXES = (("batch", "channel", "frequency", "seq"),)
