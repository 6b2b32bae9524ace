"""Quakes as (batch, steps, channels), each channel levelled over the time of its record before an LSTM reads them."""
import warnings

import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BROKEN = False


class Quakes(nn.Module):
    def __init__(self):
        super().__init__()
        self.level = nn.InstanceNorm1d(3)
        self.lstm = nn.LSTM(3, 12, batch_first=True)
        self.fc = nn.Linear(12, 2)

    def forward(self, x):
        if BROKEN:
            x = self.level(x)
        else:
            x = self.level(x.transpose(1, 2)).transpose(1, 2)
        out, _ = self.lstm(x)
        return self.fc(out[:, -1])


def main():
    warnings.filterwarnings("ignore", "input's size at dim=1")  # which torch says where it is broken
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(64, 25, 3), torch.randint(0, 2, (64,)))
    model = Quakes()
    optimizer = torch.optim.Adam(model.parameters())
    for x, y in DataLoader(data, 16, shuffle=True):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())


if __name__ == "__main__":
    main()
