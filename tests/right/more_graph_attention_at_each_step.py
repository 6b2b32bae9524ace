import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """Nodes attend to their neighbours at every step; then each node has a sequence of its own."""

    def __init__(self, f=3, d=6):
        super().__init__()
        self.w, self.a, self.b = nn.Linear(f, d), nn.Linear(d, 1), nn.Linear(d, 1)
        self.rnn, self.out = nn.GRU(d, d, batch_first=True), nn.Linear(d, 2)

    def forward(self, x, adjacency):
        b, t, n, _ = x.shape
        h = self.w(x)
        e = F.leaky_relu(self.a(h) + self.b(h).transpose(-1, -2))
        e = e.masked_fill(adjacency == 0, float("-inf")).softmax(-1)
        h = F.elu(torch.einsum("btij,btjd->btid", e, h))
        _, last = self.rnn(h.permute(0, 2, 1, 3).reshape(b * n, t, -1))
        return self.out(last[-1].view(b, n, -1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    adjacency = (torch.rand(5, 5, generator=g) > 0.5).float() + torch.eye(5)
    return torch.randn(3, 6, 5, 3, generator=g), adjacency


INPUT_AXES = (("batch", "seq", "node", "feature"), ("node", "neighbour"))
