
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, V=4):
        super().__init__()
        self.enc, self.emb, self.pred = nn.LSTM(4, 4, batch_first=True), nn.Embedding(V, 4), nn.LSTM(4, 4, batch_first=True)
        self.j = nn.Linear(8, V)

    def forward(self, x, y):
        f, _ = self.enc(x)
        g, _ = self.pred(self.emb(F.pad(y, (1, 0))))
        f, g = f.unsqueeze(2), g.unsqueeze(1)
        sz = [max(i, j) for i, j in zip(f.size()[:-1], g.size()[:-1])]
        f, g = f.expand(torch.Size(sz + [f.shape[-1]])), g.expand(torch.Size(sz + [g.shape[-1]]))
        lp = F.log_softmax(self.j(torch.tanh(torch.cat((f, g), dim=-1))), -1)
        B, T, U, _ = lp.shape
        alpha = [[None] * U for _ in range(T)]
        for t in range(T):
            for u in range(U):
                c = []
                if t > 0: c.append(alpha[t - 1][u] + lp[:, t - 1, u, 0])
                if u > 0: c.append(alpha[t][u - 1] + lp[:, t, u - 1].gather(1, y[:, u - 1:u]).squeeze(1))
                alpha[t][u] = torch.logsumexp(torch.stack(c), 0) if c else lp.new_zeros(B)
        return -(alpha[-1][-1] + lp[:, -1, -1, 0]).mean()


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(4, 4, 4), torch.randint(1, 4, (4, 3))


INPUT_AXES = (("batch","seq","feature"),("batch","label"))
