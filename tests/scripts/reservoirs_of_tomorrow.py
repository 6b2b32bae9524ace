"""Reservoirs: at each day the levels of the next one are predicted, by a network of several layers."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BROKEN = False


class Reservoirs(nn.Module):
    def __init__(self, lakes=4, hidden=16, both=False):
        super().__init__()
        self.lstm = nn.LSTM(lakes, hidden, num_layers=2, batch_first=True, bidirectional=both, dropout=0.1)
        self.head = nn.Sequential(nn.Linear(hidden * (2 if both else 1), hidden), nn.ReLU(), nn.Linear(hidden, lakes))

    def forward(self, x):
        out, _ = self.lstm(x)
        return self.head(out)


torch.manual_seed(0)
levels = torch.randn(40, 31, 4).cumsum(dim=1)
levels = (levels - levels.mean()) / levels.std()
train = TensorDataset(levels[:, :-1], levels[:, 1:])
model = Reservoirs(both=BROKEN)
opt = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.MSELoss()
for epoch in range(2):
    running = 0.0
    for x, y in DataLoader(train, batch_size=8, shuffle=True):
        opt.zero_grad()
        loss = criterion(model(x), y)
        loss.backward()
        opt.step()
        running += loss.item()
    print(epoch, running)
