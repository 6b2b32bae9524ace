import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=12):
        super().__init__()
        self.conv = nn.Conv1d(f, d, 3, padding=1)
        self.down, self.up = nn.Linear(d, 3), nn.Linear(3, d)
        self.rnn = nn.GRU(d, d, batch_first=True)
        self.out = nn.Linear(d, 2)

    def forward(self, x):
        z = F.relu(self.conv(x.transpose(1, 2)))
        s = F.adaptive_avg_pool1d(z, 1).squeeze(-1)
        s = torch.sigmoid(self.up(F.relu(self.down(s)))).unsqueeze(-1)
        h, _ = self.rnn((z * s).transpose(1, 2))
        return self.out(h[:, -1])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
