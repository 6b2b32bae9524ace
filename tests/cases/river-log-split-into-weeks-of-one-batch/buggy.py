import torch
import torch.nn as nn
import torch.nn.functional as F


class RiverLog(nn.Module):
    def __init__(self, gauges=2, hidden=9, week=7, rows=4):
        super().__init__()
        self.week, self.rows = week, rows
        self.reader = nn.GRU(gauges, hidden, batch_first=True)
        self.level = nn.Linear(hidden, gauges)

    def forward(self, log):
        weeks = log.reshape(-1, self.week, log.size(-1))
        parts = weeks.chunk(len(weeks) // self.rows)
        h, levels = None, []
        for part in parts:
            states, h = self.reader(part, h)
            levels.append(self.level(states))
        return torch.cat(levels).flatten(0, 1)


def make_model():
    torch.manual_seed(0)
    return RiverLog()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(140, 2, generator=g),)


INPUT_AXES = (("seq", "feature"),)


def make_target():
    g = torch.Generator().manual_seed(2)
    return torch.randn(140, 2, generator=g)


TARGET_AXES = ("seq", "feature")
loss_fn = F.mse_loss
