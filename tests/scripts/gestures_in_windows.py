"""Gestures as (batch, channels, steps), cut into windows that one GRU reads, and another one what the first has read."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BROKEN = False


class Gestures(nn.Module):
    def __init__(self):
        super().__init__()
        self.within = nn.GRU(4, 8, batch_first=True)
        self.across = nn.GRU(8, 8, batch_first=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, x):
        pieces = x.unfold(2, 10, 5)
        pieces = pieces.transpose(1, 2) if BROKEN else pieces.movedim(1, 3)
        _, h = self.within(pieces.reshape(-1, 10, 4))
        _, h = self.across(h[0].unflatten(0, (x.size(0), -1)))
        return self.fc(h[0])


def main():
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(64, 4, 30), torch.randint(0, 3, (64,)))
    model = Gestures()
    optimizer = torch.optim.Adam(model.parameters())
    for x, y in DataLoader(data, 16, shuffle=True):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())


if __name__ == "__main__":
    main()
