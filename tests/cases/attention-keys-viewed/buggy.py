import math

import torch
import torch.nn as nn


class DotAttnClassifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(6, 10, batch_first=True)
        self.fc = nn.Linear(20, 3)

    def forward(self, x):
        states, h = self.rnn(x)
        q = h[-1].unsqueeze(1)
        k = states.contiguous().view(states.size(0), states.size(2), states.size(1))
        scores = torch.bmm(q, k) / math.sqrt(states.size(2))
        ctx = torch.bmm(scores.softmax(-1), states)
        return self.fc(torch.cat([ctx, q], dim=-1).squeeze(1))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return DotAttnClassifier()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
