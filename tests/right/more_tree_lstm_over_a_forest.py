"""A child-sum tree LSTM: the nodes of all trees lie behind one another, and are worked off from the leaves to the roots."""

import torch
from torch import nn


class Trees(nn.Module):
    def __init__(self, features=6, width=10):
        super().__init__()
        self.width = width
        self.enter = nn.Linear(features, 4 * width)
        self.below = nn.Linear(width, 3 * width, bias=False)
        self.forget = nn.Linear(width, width, bias=False)
        self.score = nn.Linear(width, 2)

    def forward(self, nodes, parents, heights):
        trees, most, _ = nodes.shape
        first = most * torch.arange(trees)[:, None]
        parents, heights = (parents + first).reshape(-1), heights.reshape(-1)
        entered = self.enter(nodes.reshape(trees * most, -1))
        h = entered.new_zeros(trees * most, self.width)
        c = torch.zeros_like(h)
        for height in range(int(heights.max()) + 1):
            here = torch.nonzero(heights == height).flatten()
            kids = torch.nonzero(heights == height - 1).flatten()
            i, o, u, f = entered[here].split(self.width, dim=1)
            if len(kids):
                of = parents[kids]
                kept = torch.sigmoid(entered[of, 3 * self.width :] + self.forget(h[kids])) * c[kids]
                sums = torch.zeros_like(h).index_add(0, of, h[kids])
                memory = torch.zeros_like(c).index_add(0, of, kept)
                more = self.below(sums[here]).split(self.width, dim=1)
                i, o, u = i + more[0], o + more[1], u + more[2]
                new = torch.sigmoid(i) * torch.tanh(u) + memory[here]
            else:
                new = torch.sigmoid(i) * torch.tanh(u)
            c = c.index_copy(0, here, new)
            h = h.index_copy(0, here, torch.sigmoid(o) * torch.tanh(new))
        return self.score(h.view(trees, most, self.width)[:, -1])


def make_model():
    torch.manual_seed(0)
    return Trees()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    parents = torch.tensor([[5, 5, 4, 4, 6, 6, 6], [1, 2, 3, 4, 5, 6, 6], [6, 6, 6, 6, 6, 6, 6], [3, 3, 3, 6, 5, 6, 6]])
    heights = torch.tensor([[0, 0, 0, 0, 1, 1, 2], [0, 1, 2, 3, 4, 5, 6], [0, 0, 0, 0, 0, 0, 1], [0, 0, 0, 1, 0, 1, 2]])
    return torch.randn(4, 7, 6, generator=g), parents, heights


INPUT_AXES = (("batch", "node", "feature"), ("batch", "node"), ("batch", "node"))
