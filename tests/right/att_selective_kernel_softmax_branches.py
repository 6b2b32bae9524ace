import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12):
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv1d(f, d, k, padding=k // 2) for k in (1, 3, 5))
        self.gate = nn.Linear(d, 3 * d)
        self.rnn = nn.LSTM(d, d, batch_first=True)
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        z = torch.stack([conv(x.transpose(1, 2)) for conv in self.convs], 1)
        a = self.gate(z.sum(1).mean(-1)).view(-1, 3, z.size(2)).softmax(1)
        h, _ = self.rnn((z * a.unsqueeze(-1)).sum(1).transpose(1, 2))
        return self.out(h[:, -1])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
