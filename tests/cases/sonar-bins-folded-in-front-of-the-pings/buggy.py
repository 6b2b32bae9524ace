import torch
import torch.nn as nn


class Seabed(nn.Module):
    def __init__(self, beams=3, ranges=8, course=5, h=11):
        super().__init__()
        self.echo = nn.Conv2d(1, beams, (3, 1), padding=(1, 0))
        self.steer = nn.Conv1d(2, course, 4, stride=2)
        self.read = nn.GRU(beams * ranges + course, h, batch_first=True)
        self.depth = nn.Linear(h, 1)

    def forward(self, pings, course):
        seen = torch.tanh(self.echo(pings))
        b, c, t, r = seen.shape
        seen = seen.reshape(b, c * r, t)
        both = torch.cat((self.steer(course), seen), 1)
        return self.depth(self.read(both.transpose(1, 2))[0]).squeeze(2)


def make_model():
    torch.manual_seed(0)
    return Seabed()


def make_inputs(batch=4, seq=13):
    g = torch.Generator().manual_seed(1)
    return torch.randn(batch, 1, seq, 8, generator=g), torch.randn(batch, 2, 2 * seq + 2, generator=g)


INPUT_AXES = (("batch", "channel", "seq", "feature"), ("batch", "feature", "tick"))
