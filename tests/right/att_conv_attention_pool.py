import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.attend = nn.Sequential(nn.Conv1d(d, 8, 1), nn.Tanh(), nn.Conv1d(8, 1, 1), nn.Softmax(dim=-1))
        self.out = nn.Linear(2 * d, 2)

    def forward(self, x):
        z = self.rnn(x)[0].transpose(1, 2)
        w = self.attend(z)
        mean = (w * z).sum(-1)
        std = ((w * z**2).sum(-1) - mean**2).clamp(min=1e-5).sqrt()
        return self.out(torch.cat([mean, std], 1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
