"""The pressure of a geyser is forecast hour by hour: each forecast goes on as the newest reading."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BROKEN = False


class Geyser(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 16, batch_first=True)
        self.fc = nn.Linear(16, 2)

    def forward(self, x, hours):
        told = []
        for _ in range(hours):
            out, _ = self.lstm(x)
            told.append(self.fc(out[:, -1:]))
            x = torch.cat([told[-1], x[:, :-1]], 1) if BROKEN else torch.cat([x[:, 1:], told[-1]], 1)
        return torch.cat(told, 1)


def main():
    torch.manual_seed(0)
    readings = torch.randn(60, 24, 2).cumsum(1)
    model = Geyser()
    optimizer = torch.optim.Adam(model.parameters())
    for x, y in DataLoader(TensorDataset(readings[:, :18], readings[:, 18:]), 12, shuffle=True):
        loss = nn.functional.mse_loss(model(x, 6), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())


if __name__ == "__main__":
    main()
