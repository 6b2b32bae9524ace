
import torch
import torch.nn as nn
import torch.nn.functional as F


class NodeGRU(nn.Module):
    def __init__(self, f=2, hid=10, horizon=3):
        super().__init__()
        self.gru = nn.GRU(f, hid, batch_first=True)
        self.adj = nn.Parameter(torch.rand(8, 8))
        self.out = nn.Linear(hid, horizon)

    def forward(self, x):
        B, T, N, Fe = x.shape
        A = torch.softmax(F.relu(self.adj), dim=1)
        x = torch.einsum("vw,btwf->btvf", A, x)
        z = x.reshape(B * N, T, Fe)
        _, h = self.gru(z)
        return self.out(h[-1]).reshape(B, N, -1)


def make_model():
    torch.manual_seed(0)
    return NodeGRU()


def make_inputs():
    return (torch.randn(5, 6, 8, 2),)


INPUT_AXES = (("batch", "seq", "node", "feature"),)


def make_target():
    return torch.randn(5, 8, 3)


TARGET_AXES = ("batch", "node", "horizon")


def loss_fn(o, t):
    return (o - t).abs().mean()
