import torch
import torch.nn as nn
import torch.nn.functional as F


class LST(nn.Module):
    def __init__(self, skip=3):
        super().__init__()
        self.skip = skip
        self.conv = nn.Conv2d(1, 6, (4, 5))
        self.gru1, self.gru2 = nn.GRU(6, 7), nn.GRU(6, 4)
        self.lin = nn.Linear(7 + 3 * 4, 5)

    def forward(self, x):
        B = x.size(0)
        c = F.relu(self.conv(x.unsqueeze(1))).squeeze(3)
        _, r = self.gru1(c.permute(2, 0, 1))
        r = r.squeeze(0)
        pt = c.size(2) // self.skip
        s = c[:, :, -pt * self.skip:].contiguous().view(B, 6, pt, self.skip)
        s = s.permute(2, 0, 3, 1).contiguous().view(pt, B * self.skip, 6)
        _, s = self.gru2(s)
        s = s.view(B, self.skip * 4)
        return self.lin(torch.cat((r, s), 1)) + x[:, -1]


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return LST()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 16, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
