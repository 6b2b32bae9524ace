"""A forecast of hours from a Dataset that gives each window's target a dim for its one variable; broken, the hours lie across."""

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

BROKEN = False


class Windows(Dataset):
    def __init__(self):
        self.load = torch.sin(torch.arange(80) / 3)

    def __len__(self):
        return 64

    def __getitem__(self, at):
        return self.load[at : at + 10, None], self.load[at + 10 : at + 14].unsqueeze(-1)


class Ahead(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.out = nn.LSTM(1, 8, batch_first=True), nn.Linear(8, 4)

    def forward(self, x):
        output, _ = self.rnn(x)
        hours = self.out(output[:, -1])
        return hours.unsqueeze(1) if BROKEN else hours.unsqueeze(-1)


torch.manual_seed(0)
model = Ahead()
optimizer = torch.optim.Adam(model.parameters())
for x, y in DataLoader(Windows(), batch_size=16, shuffle=True):
    loss = ((model(x) - y) ** 2).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"{loss.item():.4f}")
