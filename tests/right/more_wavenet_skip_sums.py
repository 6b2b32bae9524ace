import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, classes=16, d=8):
        super().__init__()
        self.embed = nn.Embedding(classes, d)
        self.gates = nn.ModuleList(nn.Conv1d(d, 2 * d, 2, dilation=2**i) for i in range(3))
        self.res, self.skip = (nn.ModuleList(nn.Conv1d(d, d, 1) for _ in range(3)) for _ in "ab")
        self.rnn, self.out = nn.GRU(d, d), nn.Linear(d, classes)

    def forward(self, samples):
        x, total = self.embed(samples).transpose(1, 2), 0
        for i, (gate, res, skip) in enumerate(zip(self.gates, self.res, self.skip)):
            a, b = gate(F.pad(x, (2**i, 0))).chunk(2, dim=1)
            y = torch.tanh(a) * torch.sigmoid(b)
            total, x = total + skip(y), x + res(y)
        y, _ = self.rnn(F.relu(total).permute(2, 0, 1))
        return self.out(y).permute(1, 2, 0)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 16, (4, 10), generator=g),)


INPUT_AXES = (("batch", "seq"),)


def make_target():
    g = torch.Generator().manual_seed(2)
    return torch.randint(0, 16, (4, 10), generator=g)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.cross_entropy(output[..., :-1], target[:, 1:])
