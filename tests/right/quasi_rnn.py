import torch
import torch.nn as nn
import torch.nn.functional as F


class QRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.c1, self.c2 = nn.Conv1d(5, 24, 2), nn.Conv1d(8, 24, 2)
        self.fc = nn.Linear(8, 3)

    def lay(self, conv, x):
        z, f, o = conv(F.pad(x.transpose(1, 2), (1, 0))).transpose(1, 2).chunk(3, -1)
        z, f, o = z.tanh(), f.sigmoid(), o.sigmoid()
        c, out = 0, []
        for zt, ft, ot in zip(z.unbind(1), f.unbind(1), o.unbind(1)):
            c = ft * c + (1 - ft) * zt
            out.append(ot * c)
        return torch.stack(out, dim=1)

    def forward(self, x):
        return self.fc(self.lay(self.c2, self.lay(self.c1, x))[:, -1])


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return QRNN()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
