import torch
import torch.nn as nn


class T(nn.Module):
    def __init__(self, n=7):
        super().__init__()
        self.register_buffer("src", torch.tensor([0, 1, 2, 3, 4, 5, 6, 0, 2]))
        self.register_buffer("dst", torch.tensor([1, 2, 3, 4, 5, 6, 0, 3, 5]))
        self.w = nn.Linear(3, 6)
        self.gru = nn.GRU(6, 8)
        self.out = nn.Linear(8, 1)

    def forward(self, x):
        B, S, N, Fe = x.shape
        m = self.w(x)
        agg = torch.zeros_like(m).index_add_(2, self.dst, m[:, :, self.src])
        seq = agg.permute(1, 0, 2, 3).reshape(S, B * N, -1)
        o, _ = self.gru(seq)
        return self.out(o[-1]).view(B, N)


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
