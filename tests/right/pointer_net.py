import torch
import torch.nn as nn
import torch.nn.functional as F


class P(nn.Module):
    def __init__(self, h=8):
        super().__init__()
        self.enc = nn.LSTM(2, h, batch_first=True)
        self.cell = nn.LSTMCell(2, h)
        self.W1, self.W2, self.v = nn.Linear(h, h, bias=False), nn.Linear(h, h, bias=False), nn.Linear(h, 1, bias=False)
        self.start = nn.Parameter(torch.zeros(2))

    def forward(self, pts):
        B, T, _ = pts.shape
        e, (h, c) = self.enc(pts)
        h, c, x = h.squeeze(0), c.squeeze(0), self.start.expand(B, -1)
        used, ps = torch.zeros(B, T, dtype=torch.bool), []
        for _ in range(T):
            h, c = self.cell(x, (h, c))
            u = self.v(torch.tanh(self.W1(e) + self.W2(h).unsqueeze(1))).squeeze(2).masked_fill(used, -1e9)
            lp = F.log_softmax(u, 1)
            i = lp.argmax(1)
            used = used.scatter(1, i.unsqueeze(1), True)
            x = pts[torch.arange(B), i]
            ps.append(lp)
        return torch.stack(ps, 1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return P()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 2),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return torch.randint(0, 9, (6, 9), generator=G)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.nll_loss(output.view(-1, 9), target.view(-1))
