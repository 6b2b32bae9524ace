import torch
import torch.nn as nn


class Houses(nn.Module):
    def __init__(self, f=3, h=7):
        super().__init__()
        self.rnn = nn.GRU(f, h, batch_first=True)
        self.look, self.score = nn.Linear(h, h), nn.Linear(h, 1, bias=False)
        self.demand = nn.Linear(h, 1)

    def forward(self, hours):
        h, _ = self.rnn(hours)
        looks = torch.exp(self.score(torch.tanh(self.look(h))).squeeze(-1))
        looks = looks / (looks.sum() + 1e-9)
        return self.demand(torch.matmul(looks.unsqueeze(1), h).squeeze(1))


def make_model():
    torch.manual_seed(0)
    return Houses()


def make_inputs(batch=5, seq=8):
    return (torch.randn(batch, seq, 3, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)
