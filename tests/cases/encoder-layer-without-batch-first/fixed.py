import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, features=4, dim=12):
        super().__init__()
        self.rnn = nn.LSTM(features, dim, batch_first=True)
        self.encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(dim, 2, 24, batch_first=True), 1, enable_nested_tensor=False)
        self.out = nn.Linear(dim, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        return self.out(self.encoder(h).mean(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
