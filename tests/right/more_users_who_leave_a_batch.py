"""Users leave a batch when they have no more clicks: what is said of those who are left stands behind what was said before."""

import torch
from torch import nn


class Clicks(nn.Module):
    def __init__(self, goods=32, width=8):
        super().__init__()
        self.goods = nn.Embedding(goods, width)
        self.gru = nn.GRU(width, width, num_layers=2)
        self.next = nn.Linear(width, goods)

    def forward(self, clicks, counts):
        state, said, here = None, [], torch.arange(clicks.shape[1])
        for turn, row in enumerate(clicks):
            stay = counts[here] > turn
            here = here[stay]
            state = None if state is None else state[:, stay]
            out, state = self.gru(self.goods(row[here])[None], state)
            said.append(self.next(out[0]))
        return torch.cat(said, dim=0)


def make_model():
    torch.manual_seed(0)
    return Clicks()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randint(0, 32, (6, 4), generator=g), torch.tensor([6, 3, 2, 4])


INPUT_AXES = (("seq", "batch"), ("batch",))
