import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=5, h=9):
        super().__init__()
        self.rnn = nn.GRU(f, h, batch_first=True)
        self.head = nn.Linear(h, 6)

    def forward(self, x):
        states = self.rnn(x)[0]
        scaled = states / torch.linalg.vector_norm(states)
        return self.head(scaled.amax(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs(batch=4, seq=7):
    return (torch.randn(batch, seq, 5, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)
