import torch
import torch.nn as nn
import torch.nn.functional as F


class DeepAR(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(10, 3)
        self.lstm = nn.LSTM(1 + 2 + 3, 8, 2)
        self.mu, self.sg = nn.Linear(16, 1), nn.Linear(16, 1)

    def forward(self, y, cov, idx):
        v = y.abs().mean(1, keepdim=True) + 1
        z = (y / v).t().unsqueeze(-1)
        e = self.emb(idx).unsqueeze(0)
        h = c = torch.zeros(2, y.size(0), 8)
        mus, sgs = [], []
        for t in range(z.size(0)):
            o, (h, c) = self.lstm(torch.cat([z[t:t + 1], cov[:, t].unsqueeze(0), e], 2), (h, c))
            hp = h.permute(1, 2, 0).contiguous().view(h.size(1), -1)
            mus.append(self.mu(hp).squeeze(1))
            sgs.append(F.softplus(self.sg(hp)).squeeze(1))
        return torch.stack(mus, 1) * v, torch.stack(sgs, 1) * v


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return DeepAR()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9), rn(6, 9, 2), ids(10, 6))


INPUT_AXES = (("batch", "seq"), ("batch", "seq", "feature"), ("batch",))


def make_target():
    G.manual_seed(2)
    return rn(6, 9)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return -torch.distributions.Normal(*output).log_prob(target).mean()
