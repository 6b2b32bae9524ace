import torch
import torch.nn as nn
import torch.nn.functional as F


class Apiary(nn.Module):
    def __init__(self, scales=5, units=14, foods=3):
        super().__init__()
        self.units = units
        self.hive = nn.LSTMCell(scales, units)
        self.read = nn.Linear(units + foods, 9)
        self.honey = nn.Linear(9, 1)

    def forward(self, scales, feed):
        seasons, days, hives, _ = scales.shape
        h = c = scales.new_zeros(seasons * hives, self.units)
        kept = []
        for day in range(days):
            h, c = self.hive(scales[:, day].flatten(0, 1), (h, c))
            kept.append(h.view(seasons, hives, self.units))
        kept = torch.stack(kept, 1)
        kept = kept.reshape(seasons, hives, days, self.units).transpose(1, 2)
        both = torch.cat([kept, feed], 3)
        return self.honey(torch.relu(self.read(both)).mean(2)).squeeze(-1)


def make_model():
    torch.manual_seed(0)
    return Apiary()


def make_inputs(batch=4, seq=9, hive=5):
    g = torch.Generator().manual_seed(1)
    return torch.randn(batch, seq, hive, 5, generator=g), torch.rand(batch, seq, hive, 3, generator=g)


INPUT_AXES = (("batch", "seq", "hive", "feature"), ("batch", "seq", "hive", "feature"))


def make_target(batch=4, seq=9):
    g = torch.Generator().manual_seed(2)
    return torch.randn(batch, seq, generator=g)


TARGET_AXES = ("batch", "seq")
loss_fn = F.mse_loss
