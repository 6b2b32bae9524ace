import torch
import torch.nn as nn


class T(nn.Module):
    def __init__(self, n=7):
        super().__init__()
        self.register_buffer("A", torch.softmax(torch.randn(n, n), -1))
        self.lin = nn.Linear(3, 6)
        self.cell = nn.GRUCell(6, 8)
        self.out = nn.Linear(8, 2)

    def forward(self, x):
        B, S, N, _ = x.shape
        h = x.new_zeros(B * N, 8)
        for t in range(S):
            z = torch.einsum("nm,bmf->bnf", self.A, self.lin(x[:, t]))
            h = self.cell(z.flatten(0, 1), h)
        return self.out(h).view(B, N, 2)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return T()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 7, 3),)


INPUT_AXES = (("batch", "seq", "node", "feature"),)
