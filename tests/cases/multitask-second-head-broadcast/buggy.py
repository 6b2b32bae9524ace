import torch
import torch.nn as nn
import torch.nn.functional as F


class MultiTask(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 9, batch_first=True)
        self.cls, self.reg = nn.Linear(9, 4), nn.Linear(9, 1)

    def forward(self, x):
        h = self.gru(x)[1][-1]
        return self.cls(h), self.reg(h)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return MultiTask()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return (rn(6), torch.tensor([0, 1, 2, 3, 0, 1]))


TARGET_AXES = (("batch",), ("batch",))


def loss_fn(output, target):
    logits, value = output
    y, label = target
    return F.cross_entropy(logits, label) + 0.5 * F.mse_loss(value, y)
