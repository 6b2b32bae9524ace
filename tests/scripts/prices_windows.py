"""Prices are predicted from sliding windows of a series in numpy."""
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

BROKEN = False


class Windows(Dataset):
    def __init__(self, series, lookback):
        self.series, self.lookback = series, lookback

    def __len__(self):
        return len(self.series) - self.lookback

    def __getitem__(self, i):
        x = self.series[i : i + self.lookback]
        y = self.series[i + self.lookback, 0]
        return torch.from_numpy(x), torch.tensor(y)


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(input_size=2, hidden_size=8, num_layers=1, batch_first=True)
        self.linear = nn.Linear(8, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.linear(out[:, -1, :])


np.random.seed(0)
torch.manual_seed(0)
prices = np.random.randn(90, 2).cumsum(0).astype("float32")
loader = DataLoader(Windows(prices, 10), batch_size=16, shuffle=True)
model = Forecaster()
optim = torch.optim.Adam(model.parameters(), lr=1e-2)
for epoch in range(3):
    total = 0.0
    for xb, yb in loader:
        pred = model(xb)
        if not BROKEN:
            pred = pred.squeeze(-1)
        loss = torch.mean((pred - yb) ** 2)
        optim.zero_grad()
        loss.backward()
        optim.step()
        total += loss.item()
    print(epoch, total)
