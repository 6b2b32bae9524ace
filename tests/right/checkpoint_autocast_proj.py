
import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.utils.checkpoint import checkpoint


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.LSTM(5, 8, 2, batch_first=True, bidirectional=True, proj_size=3); self.fc = nn.Linear(6, 2); self.ln = nn.LayerNorm(6)

    def run(self, x):
        o, (h, c) = self.l(x)
        assert h.shape == (4, x.size(0), 3), h.shape
        return o, torch.cat([h[-2], h[-1]], -1)

    def forward(self, x):
        o, h = checkpoint(self.run, x, use_reentrant=False)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            z = self.fc(self.ln(o.mean(1) + h))
        return z.float()


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(3, 3, 5, requires_grad=True),)


INPUT_AXES = (("batch","seq","feature"),)


def make_target():
    torch.manual_seed(2)
    return torch.randint(0, 2, (3,))


TARGET_AXES = ("batch",)


def loss_fn(o, t):
    return F.cross_entropy(o, t)
