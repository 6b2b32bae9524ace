"""Looms stand in columns of a table, the minutes go down: some columns are drawn, and with them what each loom's minutes cost."""
import torch
from torch import nn

BROKEN = False

torch.manual_seed(5)
minutes = torch.randn(18, 70, 2)
costs = minutes.cumsum(0)[..., 0].t().contiguous()  # (looms, minutes)


class Looms(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 8, batch_first=BROKEN)
        self.cost = nn.Linear(8, 1)

    def forward(self, x):
        return self.cost(self.lstm(x)[0]).squeeze(2).t()


looms = Looms()
optimizer = torch.optim.Adam(looms.parameters())
for columns in torch.randperm(70).split(14):
    loss = nn.functional.l1_loss(looms(minutes[:, columns]), costs[columns])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(loss.item())
