import torch
import torch.nn as nn
import torch.nn.functional as F


class Trip(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 10, batch_first=True, bidirectional=True)

    def forward(self, a, p, n):
        x = torch.cat([a, p, n], dim=0)
        _, h = self.rnn(x)
        e = h.transpose(0, 1).reshape(x.size(0), -1)
        a, p, n = e.chunk(3, dim=0)
        return F.triplet_margin_loss(a, p, n), F.pairwise_distance(a, p)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Trip()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), rn(6, 9, 5), rn(6, 9, 5))


INPUT_AXES = (("batch", "seq", "feature"),) * 3
