
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, V=6, H=6, K=6):
        super().__init__()
        self.K, self.V, self.H = K, V, H
        self.c1, self.c2, self.win, self.out = nn.LSTMCell(3 + V, H), nn.LSTMCell(3 + V + H, H), nn.Linear(H, 3 * K), nn.Linear(2 * H, 6 * 2 + 1)

    def forward(self, x, text):
        B, T, _ = x.shape
        oh = F.one_hot(text, self.V).float(); u = torch.arange(text.size(1)).float()
        h1 = c1 = h2 = c2 = torch.zeros(B, self.H)
        w, kappa, ys = oh[:, 0, :], torch.zeros(B, self.K, 1), []
        for t in range(T):
            h1, c1 = self.c1(torch.cat([x[:, t], w], 1), (h1, c1))
            a, b, k = torch.exp(self.win(h1)).unsqueeze(2).chunk(3, dim=1)
            kappa = kappa + k
            phi = torch.sum(a * torch.exp(-b * (kappa - u) ** 2), dim=1, keepdim=True)
            w = torch.matmul(phi, oh).squeeze(1)
            h2, c2 = self.c2(torch.cat([x[:, t], w, h1], 1), (h2, c2))
            ys.append(self.out(torch.cat([h1, h2], 1)))
        y = torch.stack(ys, 1)
        e, pi, m1, m2, s1, s2, r = torch.split(y, [1, 2, 2, 2, 2, 2, 2], dim=-1)
        pi, s1, s2, r = F.softmax(pi, -1), torch.exp(s1), torch.exp(s2), torch.tanh(r)
        x1, x2 = x[:, 1:, 1:2], x[:, 1:, 2:3]
        d1, d2 = (x1 - m1[:, :-1]) / s1[:, :-1], (x2 - m2[:, :-1]) / s2[:, :-1]
        rr = r[:, :-1]
        z = d1 ** 2 + d2 ** 2 - 2 * rr * d1 * d2
        n = torch.exp(-z / (2 * (1 - rr ** 2) + 1e-6)) / (2 * np.pi * s1[:, :-1] * s2[:, :-1] * torch.sqrt(1 - rr ** 2 + 1e-6))
        return -torch.log((pi[:, :-1] * n).sum(-1) + 1e-10).mean() + F.binary_cross_entropy_with_logits(e[:, :-1, 0], x[:, 1:, 0])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.rand(6, 6, 3), torch.randint(0, 6, (6, 6))


INPUT_AXES = (("batch","seq","feature"),("batch","char"))
