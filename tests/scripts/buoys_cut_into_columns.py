"""Buoys: each hour all of them report, (days, hours, buoys), and a cell goes from hour to hour; tables are cut by hand."""

import torch
from torch import nn

BROKEN = False

torch.manual_seed(1)
HOURS, BUOYS = 8, 5


class Swell(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell, self.next = nn.LSTMCell(BUOYS, 12), nn.Linear(12, BUOYS)

    def forward(self, days):
        columns = days.view(-1, BUOYS, HOURS) if BROKEN else days.movedim(1, 2)
        h = c = days.new_zeros(len(days), 12)
        said = []
        for hour in range(HOURS):
            h, c = self.cell(columns[..., hour], (h, c))
            said.append(self.next(h))
        return torch.stack(said, 1)


reports = torch.randn(24, HOURS + 1, BUOYS)
model = Swell()
optimizer = torch.optim.Adam(model.parameters())
for begin in range(0, 24, 6):
    days = reports[begin:begin + 6]
    loss = nn.functional.l1_loss(model(days[:, :-1].contiguous()), days[:, 1:])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"{loss:.3f}")
