
import torch
import torch.nn as nn


class SkipEmpty(nn.Module):
    def __init__(self):
        super().__init__()
        self.cell = nn.GRUCell(5, 12)
        self.fc = nn.Linear(12, 2)

    def forward(self, x, lens):
        B, T, _ = x.shape
        h = torch.zeros(B, 12)
        for t in range(T):
            active = (lens > t).nonzero().squeeze(1)
            if active.numel() == 0:
                break
            new = self.cell(x[active, t], h[active])
            h = h.clone()
            h[active] = new
        return self.fc(h)


def make_model():
    torch.manual_seed(0)
    return SkipEmpty()


def make_inputs():
    return torch.randn(5, 8, 5), torch.tensor([3, 8, 5, 8, 6])


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
