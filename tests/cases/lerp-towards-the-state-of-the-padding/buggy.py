import torch
import torch.nn as nn


class Ward(nn.Module):
    def __init__(self, f=3, h=6):
        super().__init__()
        self.cell, self.fc = nn.RNNCell(f, h), nn.Linear(h, 1)

    def forward(self, x, mask):
        h = x.new_zeros(x.size(0), 6)
        for step, real in zip(x.unbind(1), mask.unbind(1)):
            h = torch.lerp(h, self.cell(step, h), 1 - real[:, None])
        return self.fc(h).squeeze(1)


def make_model():
    torch.manual_seed(0)
    return Ward()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    mask = (torch.arange(6) < torch.tensor([6, 2, 4, 3])[:, None]).float()
    return torch.randn(4, 6, 3, generator=g) * mask[..., None], mask


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
