import torch
import torch.nn.functional as F
from torch import nn


class Churn(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 7, batch_first=True)
        self.worth = nn.Linear(7, 2)

    def forward(self, orders):
        _, (h, _) = self.lstm(orders)
        return self.worth(h.squeeze(0))


def make_model():
    torch.manual_seed(0)
    return Churn()


def make_inputs(batch=6, seq=9):
    return (torch.randn(batch, seq, 5, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target(batch=6):
    worth = torch.rand(batch, 2, generator=torch.Generator().manual_seed(2))
    left = (torch.arange(batch) % 3 == 0).float()
    return torch.cat([worth, left.unsqueeze(1)], dim=1)


TARGET_AXES = ("batch", None)


def loss_fn(output, target):
    gone = target[:, 2] > 0.5
    missed = F.l1_loss(output, target[:, :2], reduction="none")
    return missed.mean() + missed.masked_fill(~gone.unsqueeze(1), 0).sum()
