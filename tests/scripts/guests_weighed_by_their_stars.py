"""A hotel tells from the days of each guest whether they will come again; the stars that a guest gave weigh the days."""

import torch
from torch import nn

BROKEN = False


class Guests(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(4, 10, batch_first=True)
        self.again = nn.Linear(10, 1)

    def forward(self, days, stars):
        states, _ = self.gru(days)
        weights = stars.softmax(0 if BROKEN else 1)
        return (self.again(states).squeeze(2) * weights).sum(1)


hotel = Guests()
adam = torch.optim.Adam(hotel.parameters())
for week in range(5):
    days = torch.randn(6, 8, 4)
    stars = torch.randint(1, 6, (6, 8)) / 5
    came = (days.mean((1, 2)) > 0).float()
    loss = nn.functional.binary_cross_entropy_with_logits(hotel(days, stars), came)
    adam.zero_grad()
    loss.backward()
    adam.step()
print(loss.item())
