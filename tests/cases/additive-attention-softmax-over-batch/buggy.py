import torch
import torch.nn as nn


class AttentionPool(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.energy = nn.Sequential(nn.Linear(width, 7), nn.Tanh(), nn.Linear(7, 1, bias=False))
        self.normalise = nn.Softmax(dim=0)

    def forward(self, states):
        weights = self.normalise(self.energy(states).squeeze(-1))
        return torch.einsum("bt,bth->bh", weights, states)


class Toxicity(nn.Module):
    def __init__(self, emb=8, hidden=9, labels=6):
        super().__init__()
        self.rnn = nn.LSTM(emb, hidden, bidirectional=True, batch_first=True)
        self.pool = AttentionPool(2 * hidden)
        self.labels = nn.Linear(2 * hidden, labels)

    def forward(self, x):
        return torch.sigmoid(self.labels(self.pool(self.rnn(x)[0])))


def make_model():
    torch.manual_seed(40)
    return Toxicity()


def make_inputs(batch=5, seq=8):
    return (torch.randn(batch, seq, 8),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target(batch=5, seq=8):
    return torch.rand(batch, 6)


TARGET_AXES = ("batch", "label")
loss_fn = nn.BCELoss()
