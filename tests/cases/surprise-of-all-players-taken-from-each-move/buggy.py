import torch
import torch.nn as nn


class Players(nn.Module):
    def __init__(self, f=5, h=8, joints=3):
        super().__init__()
        self.rnn = nn.GRU(f, h, batch_first=True)
        self.mean, self.worth = nn.Linear(h, joints), nn.Linear(h, 1)
        self.spread = nn.Parameter(torch.zeros(joints))
        self.price = nn.Parameter(torch.tensor(0.1))

    def forward(self, seen, moves):
        h, _ = self.rnn(seen)
        policy = torch.distributions.Normal(self.mean(h), self.spread.exp())
        surprise = policy.log_prob(moves).sum()
        return self.worth(h)[..., 0] - self.price * surprise


def make_model():
    torch.manual_seed(0)
    return Players()


def make_inputs(batch=4, seq=6):
    g = torch.Generator().manual_seed(1)
    return torch.randn(batch, seq, 5, generator=g), torch.randn(batch, seq, 3, generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "joint"))
