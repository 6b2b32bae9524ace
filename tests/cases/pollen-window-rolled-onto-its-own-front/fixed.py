import torch
import torch.nn as nn
import torch.nn.functional as F


class Pollen(nn.Module):
    def __init__(self, kinds=5, units=10):
        super().__init__()
        self.days = nn.GRU(kinds, units, num_layers=2, batch_first=True)
        self.count = nn.Linear(units, kinds)

    def next_day(self, week):
        states, _ = self.days(week)
        return F.softplus(self.count(states[:, -1]))

    def forward(self, season, ahead=3):
        week, counts = season, []
        while len(counts) < ahead:
            counts.append(self.next_day(week))
            week = week.roll(-1, dims=-2)
            week[:, -1, :] = counts[-1]
        return torch.stack(counts, dim=1)


def make_model():
    torch.manual_seed(0)
    return Pollen()


def make_inputs(batch=7, seq=7):
    g = torch.Generator().manual_seed(1)
    return (torch.rand(batch, seq, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target(batch=7, ahead=3):
    g = torch.Generator().manual_seed(2)
    return torch.rand(batch, ahead, 5, generator=g)


TARGET_AXES = ("batch", "seq", "feature")
loss_fn = F.l1_loss
