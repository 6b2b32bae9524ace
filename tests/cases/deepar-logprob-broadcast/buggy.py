
import torch
import torch.nn as nn
import torch.nn.functional as F


class DeepAR(nn.Module):
    def __init__(self, cov=4, hid=13):
        super().__init__()
        self.lstm = nn.LSTM(1 + cov, hid, 2)
        self.mu = nn.Linear(hid * 2, 1)
        self.presigma = nn.Linear(hid * 2, 1)

    def step(self, x, h, c):
        _, (h, c) = self.lstm(x, (h, c))
        hp = h.permute(1, 2, 0).contiguous().view(h.shape[1], -1)
        return torch.squeeze(self.mu(hp)), torch.squeeze(F.softplus(self.presigma(hp))) + 1e-3, h, c

    def forward(self, train, labels):
        B, T = labels.shape
        h = torch.zeros(2, B, 13); c = torch.zeros(2, B, 13)
        train = train.permute(1, 0, 2).to(torch.float32)
        loss = torch.zeros(1)
        for t in range(T):
            mu, sigma, h, c = self.step(train[t].unsqueeze_(0).clone(), h, c)
            dist = torch.distributions.normal.Normal(mu, sigma)
            loss = loss - dist.log_prob(labels[:, t:t + 1]).mean()
        return loss


def make_model():
    torch.manual_seed(0)
    return DeepAR()


def make_inputs():
    return torch.randn(6, 8, 5), torch.randn(6, 8)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
