
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, n=6, S=3):
        super().__init__()
        self.S = S
        self.lev, self.sea = nn.Parameter(torch.zeros(n, 1)), nn.Parameter(torch.zeros(n, 1)); self.init = nn.Parameter(torch.ones(n, S) * .1)
        self.lstm = nn.LSTM(3, 6); self.fc = nn.Linear(6, 2)

    def forward(self, y, idxs):
        a, g = torch.sigmoid(self.lev[idxs]).squeeze(1), torch.sigmoid(self.sea[idxs]).squeeze(1)
        seas = [torch.exp(self.init[idxs, i]) for i in range(self.S)]
        seas.append(torch.exp(self.init[idxs, 0]))
        levs = [y[:, 0] / seas[0]]
        for i in range(1, y.shape[1]):
            nl = a * (y[:, i] / seas[i]) + (1 - a) * levs[i - 1]
            levs.append(nl)
            seas.append(g * (y[:, i] / nl) + (1 - g) * seas[i])
        L, Se = torch.stack(levs).transpose(1, 0), torch.stack(seas).transpose(1, 0)
        logd = [torch.log(levs[i] / levs[i - 1]) ** 2 for i in range(1, len(levs))]
        ins, outs = [], []
        for i in range(2, y.shape[1] - 2):
            w = y[:, i - 2:i + 1] / Se[:, i - 2:i + 1] / L[:, i].unsqueeze(1)
            ins.append(torch.log(w.abs() + 1e-3).unsqueeze(0))
            outs.append((y[:, i + 1:i + 3] / Se[:, i + 1:i + 3] / L[:, i].unsqueeze(1)).unsqueeze(0))
        o, _ = self.lstm(torch.cat(ins, 0))
        p = self.fc(o)
        return F.l1_loss(p, torch.cat(outs, 0).log()) + torch.stack(logd).mean()


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.rand(6, 8) + 1, torch.tensor([3, 1, 0, 5, 4, 2])


INPUT_AXES = (("batch","seq"),("batch",))
