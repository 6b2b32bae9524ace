"""Gaits as (batch, steps, channels), for a convolution that wants the channels first and a GRU behind it."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BROKEN = False


class Gait(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(5, 10, 3, padding=1)
        self.gru = nn.GRU(10, 12, batch_first=True)
        self.fc = nn.Linear(12, 2)

    def forward(self, x):
        x = torch.relu(self.conv(x))
        out, _ = self.gru(x.transpose(1, 2))
        return self.fc(out[:, -1])


def main():
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(64, 20, 5), torch.randint(0, 2, (64,)))
    model = Gait()
    optimizer = torch.optim.Adam(model.parameters())
    for x, y in DataLoader(data, 16, shuffle=True):
        if BROKEN:
            x = x.reshape(x.size(0), x.size(2), x.size(1))
        else:
            x = x.transpose(1, 2)
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())


if __name__ == "__main__":
    main()
