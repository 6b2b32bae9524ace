import torch
import torch.nn as nn


class Robots(nn.Module):
    def __init__(self, senses=4, hidden=8):
        super().__init__()
        self.tools, self.cell = nn.LSTM(senses, hidden), nn.GRUCell(hidden, hidden)
        self.moves = nn.Linear(hidden, 2)

    def forward(self, tools):
        known, (state, _) = self.tools(tools.transpose(0, 1))
        h, moves = state[-1], []
        for _ in range(2):
            value, choice = torch.einsum("tbh,bh->bt", known, h).max(dim=1)
            taken = known.index_select(0, choice)[0]
            h = self.cell(taken * value.sigmoid().unsqueeze(1), h)
            moves.append(self.moves(h))
        return torch.stack(moves, 1)


def make_model():
    torch.manual_seed(0)
    return Robots()


def make_inputs(batch=8, seq=8):
    return (torch.randn(batch, seq, 4, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)
