"""Pen strokes, encoded and written again from the end to the beginning: the batches are cut from one tensor."""
import torch
from torch import nn
from torch.nn import functional as F

BROKEN = False


class Rewriter(nn.Module):
    def __init__(self):
        super().__init__()
        self.reader = nn.GRU(2, 16, batch_first=True)
        self.writer = nn.GRU(2, 16, batch_first=True)
        self.point = nn.Linear(16, 2)

    def forward(self, stroke, wanted):
        _, state = self.reader(stroke)
        start = torch.zeros_like(wanted[:, :1])
        written, _ = self.writer(torch.cat([start, wanted[:, :-1]], 1), state)
        return self.point(written)


def main():
    torch.manual_seed(0)
    strokes = torch.randn(60, 11, 2).cumsum(1)
    model = Rewriter()
    optimizer = torch.optim.Adam(model.parameters())
    for first in range(0, 60, 12):
        stroke = strokes[first : first + 12]
        wanted = stroke.flip(0 if BROKEN else 1)
        loss = F.mse_loss(model(stroke, wanted), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())


if __name__ == "__main__":
    main()
