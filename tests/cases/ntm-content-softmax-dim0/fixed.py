
import torch
import torch.nn as nn
import torch.nn.functional as F


class NTM(nn.Module):
    def __init__(self, n_in=5, ctrl=12, N=8, M=6):
        super().__init__()
        self.N, self.M = N, M
        self.controller = nn.LSTMCell(n_in + M, ctrl)
        self.head = nn.Linear(ctrl, M + 1 + M)
        self.mem_bias = nn.Parameter(torch.randn(N, M) * 0.1)
        self.out = nn.Linear(ctrl + M, n_in)

    def address(self, memory, k, beta):
        sim = F.cosine_similarity(memory + 1e-16, k.unsqueeze(1) + 1e-16, dim=-1)
        return F.softmax(beta * sim, dim=1)

    def forward(self, x):
        T, B, _ = x.size()
        h = torch.zeros(B, 12); c = torch.zeros(B, 12); r = torch.zeros(B, self.M)
        memory = self.mem_bias.unsqueeze(0).repeat(B, 1, 1)
        ys = []
        for t in range(T):
            h, c = self.controller(torch.cat([x[t], r], 1), (h, c))
            k, beta, a = torch.split(self.head(h), [self.M, 1, self.M], dim=1)
            w = self.address(memory, torch.tanh(k), F.softplus(beta))
            memory = memory + torch.matmul(w.unsqueeze(-1), a.unsqueeze(1))
            r = torch.matmul(w.unsqueeze(1), memory).squeeze(1)
            ys.append(torch.sigmoid(self.out(torch.cat([h, r], 1))))
        return torch.stack(ys)


def make_model():
    torch.manual_seed(0)
    return NTM()


def make_inputs():
    return (torch.rand(7, 4, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
