import torch
import torch.nn as nn
import torch.nn.functional as F


class TwoLayer(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(50, 8)
        self.gru = nn.GRU(8, 12, num_layers=2, batch_first=True)
        self.fc = nn.Linear(12, 4)

    def forward(self, x):
        _, h = self.gru(self.emb(x))
        return self.fc(h[-1])


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return TwoLayer()


def make_inputs():
    G.manual_seed(1)
    return (ids(50, 6, 9),)


INPUT_AXES = (("batch", "seq"),)


def make_target():
    G.manual_seed(2)
    return torch.tensor([0, 1, 2, 3, 1, 2])


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return F.cross_entropy(output, target)
