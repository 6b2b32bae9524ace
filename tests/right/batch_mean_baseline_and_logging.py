import torch
import torch.nn as nn
import torch.nn.functional as F


class Log(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 8, batch_first=True)
        self.fc = nn.Linear(8, 3)
        self.stats = {}

    def forward(self, x):
        o, h = self.rnn(x)
        self.stats["act"] = o.detach().abs().mean().item()
        self.stats["first"] = o[0].detach().clone()
        self.stats["per_unit"] = o.detach().mean((0, 1))
        assert not torch.isnan(o).any()
        return self.fc(h[-1]), 1e-3 * o.pow(2).mean(), 1e-3 * (o[:, 1:] - o[:, :-1]).pow(2).sum(-1).mean()


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Log()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return torch.tensor([0, 1, 2, 0, 1, 2])


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    y, ar, tar = output
    return F.cross_entropy(y, target) + ar + tar
