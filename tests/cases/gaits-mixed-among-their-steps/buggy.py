import torch
from torch import nn
from torch.distributions import Normal
from torch.nn import functional as F


class Gait(nn.Module):
    def __init__(self, joints=5, parts=3):
        super().__init__()
        self.lstm = nn.LSTM(joints, 16)
        self.weights, self.means = nn.Linear(16, parts), nn.Linear(16, parts)

    def forward(self, walk, speed):
        seen, _ = self.lstm(walk)
        weights = F.log_softmax(self.weights(seen), dim=0)
        likely = Normal(self.means(seen), 1.0).log_prob(speed.unsqueeze(-1))
        return -(weights + likely).logsumexp(-1).mean(0)


def make_model():
    torch.manual_seed(0)
    return Gait()


def make_inputs(batch=7, seq=7):
    return torch.randn(seq, batch, 5), torch.randn(seq, batch)


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch"))
