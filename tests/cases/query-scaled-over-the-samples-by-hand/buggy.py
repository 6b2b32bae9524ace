import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=5, h=9):
        super().__init__()
        self.rnn = nn.LSTM(f, h, batch_first=True)
        self.head = nn.Linear(h, 6)

    def forward(self, x):
        _, (h, _) = self.rnn(x)
        query = h[-1]
        return self.head(query.div(torch.linalg.norm(query, dim=0, keepdim=True).clamp(min=1e-6)))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs(batch=4, seq=7):
    return (torch.randn(batch, seq, 5, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)
