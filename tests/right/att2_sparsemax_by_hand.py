import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=8):
        super().__init__()
        self.rnn = nn.LSTM(f, d, batch_first=True)
        self.score, self.fc = nn.Linear(d, 1), nn.Linear(d, 2)

    def forward(self, x):
        h, _ = self.rnn(x)
        z = self.score(h).squeeze(-1)
        ranked, _ = z.sort(dim=1, descending=True)
        k = torch.arange(1, z.size(1) + 1).float()
        total = ranked.cumsum(1)
        support = (1 + k * ranked > total).sum(1, keepdim=True)
        tau = (total.gather(1, support - 1) - 1) / support.float()
        weights = (z - tau).clamp(min=0)
        return self.fc(torch.bmm(weights.unsqueeze(1), h).squeeze(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
