"""Strides of walkers, cut by hand into minibatches: each angle is levelled over the batch before a GRU reads the strides."""
import torch
from torch import nn

BROKEN = False


class Strides(nn.Module):
    def __init__(self, angles=7, length=12, walkers=3):
        super().__init__()
        self.level = nn.BatchNorm1d(length if BROKEN else angles)
        self.inwards = nn.Linear(angles, 10)
        self.gru = nn.GRU(10, 14, num_layers=2, batch_first=True)
        self.who = nn.Linear(14, walkers)

    def forward(self, strides):
        levelled = self.level(strides) if BROKEN else self.level(strides.mT).mT
        _, h_n = self.gru(torch.relu(self.inwards(levelled)))
        return self.who(h_n[-1])


def main():
    torch.manual_seed(0)
    strides = torch.randn(64, 12, 7) * torch.linspace(1, 90, 7)
    walkers = torch.randint(0, 3, (64,))
    model = Strides()
    optimizer = torch.optim.Adam(model.parameters())
    for first in range(0, 64, 16):
        loss = nn.functional.cross_entropy(model(strides[first : first + 16]), walkers[first : first + 16])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())


if __name__ == "__main__":
    main()
