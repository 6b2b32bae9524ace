"""Parts of one softmax that weigh several tensors: along the parts, or along what is summed over in the end; capsules that route."""

import torch
from torch import nn


class PartsOfASoftmax(nn.Module):
    def __init__(self, units=12):
        super().__init__()
        self.rnn = nn.GRU(5, units, batch_first=True)
        self.scores, self.shares, self.other = nn.Linear(units, 2), nn.Linear(units, 3), nn.Linear(units, units)
        self.votes = nn.Linear(units, 4 * 3 * 6)
        self.mixture = nn.Linear(units, 9)

    def route(self, state):
        votes = self.votes(state).view(-1, 4, 3, 6)  # batch, lower capsules, upper ones, features
        agreement = votes.new_zeros(votes.shape[:3])
        for _ in range(3):
            upper = (agreement.softmax(2).unsqueeze(3) * votes).sum(1)
            agreement = agreement + (upper.unsqueeze(1) * votes).sum(3)
        return upper.norm(dim=2)

    def forward(self, x):
        steps, _ = self.rnn(x)
        weights = self.scores(steps).softmax(1)
        pooled = (weights[..., :1] * steps + weights[..., 1:] * self.other(steps)).sum(1)
        own, shifted, flat = self.shares(steps).softmax(2).unbind(2)
        mixed = own[..., None] * steps + shifted[..., None] * steps.roll(1, 1) + flat[..., None] * self.other(steps)
        share, mean, spread = self.mixture(steps).chunk(3, 2)
        return pooled, mixed, self.route(pooled), share.softmax(2), mean, spread.exp()


def make_model():
    torch.manual_seed(0)
    return PartsOfASoftmax()


def make_inputs():
    return (torch.randn(4, 7, 5, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = ("batch seq feature",)
