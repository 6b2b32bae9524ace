import torch
from torch import nn


class Plates(nn.Module):
    def __init__(self, columns=6, hidden=10, letters=5):
        super().__init__()
        self.enter = nn.Linear(columns, hidden)
        self.again = nn.Linear(hidden, hidden)
        self.letter = nn.Linear(hidden, letters)

    def forward(self, strips):
        page = strips.new_zeros(strips.size(1), 10)
        rows = []
        for strip in strips:
            page.copy_(torch.tanh(self.enter(strip) + self.again(page.clone())))
            row = page.unsqueeze(0)
            rows.append(row)
        return self.letter(torch.cat(rows))


def make_model():
    torch.manual_seed(0)
    return Plates()


def make_inputs(batch=4, seq=6):
    return (torch.randn(seq, batch, 6),)


INPUT_AXES = (("seq", "batch", "feature"),)
