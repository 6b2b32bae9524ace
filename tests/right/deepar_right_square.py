
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, cov=3, hid=4):
        super().__init__()
        self.emb = nn.Embedding(5, 2)
        self.lstm = nn.LSTM(1 + cov + 2, hid, 2)
        for names in self.lstm._all_weights:
            for name in filter(lambda n: "bias" in n, names):
                b = getattr(self.lstm, name); n = b.size(0); b.data[n // 4:n // 2].fill_(1.)
        self.mu, self.ps = nn.Linear(hid * 2, 1), nn.Linear(hid * 2, 1)

    def forward(self, x, idx, y):
        B = x.shape[0]
        x = x.permute(1, 0, 2); idx = idx.unsqueeze(0); y = y.permute(1, 0)
        h = torch.zeros(2, B, 4); c = torch.zeros(2, B, 4)
        loss = torch.zeros(1)
        for t in range(x.shape[0]):
            zi = torch.isnan(x[t, :, 0])
            if t > 0 and torch.sum(zi) > 0:
                x[t, zi, 0] = mu[zi]
            _, (h, c) = self.lstm(torch.cat((x[t].unsqueeze(0), self.emb(idx)), dim=2), (h, c))
            hp = h.permute(1, 2, 0).contiguous().view(h.shape[1], -1)
            mu, sigma = torch.squeeze(self.mu(hp)), torch.squeeze(F.softplus(self.ps(hp)))
            nz = (y[t] != 0)
            d = torch.distributions.normal.Normal(mu[nz], sigma[nz])
            loss = loss - torch.mean(d.log_prob(y[t][nz]))
        return loss


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(4, 4, 4), torch.arange(4), torch.randn(4, 4)


INPUT_AXES = (("batch","seq","feature"),("batch",),("batch","seq"))
