
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, d=4):
        super().__init__()
        self.e, self.r, self.g, self.s, self.d = (nn.GRU(d, d, 2 if i % 2 else 1, batch_first=True) for i in range(5))
        self.lin = nn.ModuleList([nn.Linear(d, d) for _ in range(4)]); self.c = nn.Linear(d, 1)

    def forward(self, X, Z):
        H = torch.sigmoid(self.lin[0](self.e(X)[0])); Xt = torch.sigmoid(self.lin[1](self.r(H)[0]))
        Eh = torch.sigmoid(self.lin[2](self.g(Z)[0])); Hh = torch.sigmoid(self.lin[3](self.s(Eh)[0]))
        Hs = torch.sigmoid(self.lin[3](self.s(H)[0]))
        Xh = torch.sigmoid(self.lin[1](self.r(Hh)[0]))
        yr, yf = self.c(self.d(H)[0]), self.c(self.d(Hh)[0])
        gs = F.mse_loss(H[:, 1:, :], Hs[:, :-1, :])
        v1 = torch.mean(torch.abs(torch.sqrt(Xh.var(dim=0, unbiased=False) + 1e-6) - torch.sqrt(X.var(dim=0, unbiased=False) + 1e-6)))
        v2 = torch.mean(torch.abs(Xh.mean(dim=0) - X.mean(dim=0)))
        return F.binary_cross_entropy_with_logits(yf, torch.ones_like(yf)) + F.binary_cross_entropy_with_logits(yr, torch.ones_like(yr)) + 100 * torch.sqrt(gs) + v1 + v2 + 10 * torch.sqrt(F.mse_loss(X, Xt))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.rand(4, 4, 4), torch.rand(4, 4, 4)


INPUT_AXES = (("batch","seq","feature"),("batch","seq","feature"))
