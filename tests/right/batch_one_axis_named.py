import torch
import torch.nn as nn
import torch.nn.functional as F


class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(30, 6)
        self.gru = nn.GRU(6, 4, 2, batch_first=True)
        self.fc = nn.Linear(8, 5)

    def forward(self, x):
        _, h = self.gru(self.emb(x))
        return self.fc(h.transpose(0, 1).reshape(x.size(0), -1))


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return M()


def make_inputs():
    G.manual_seed(1)
    return (ids(30, 1, 9),)


INPUT_AXES = (("batch", "seq"),)


def make_target():
    G.manual_seed(2)
    return torch.tensor([3])


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return F.cross_entropy(output, target)
