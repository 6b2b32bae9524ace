import torch
import torch.nn as nn
import torch.nn.functional as F


class CPC(nn.Module):
    def __init__(self, k=3):
        super().__init__()
        self.enc = nn.Conv1d(1, 6, 4, 4)
        self.gru = nn.GRU(6, 8, batch_first=True)
        self.W = nn.ModuleList(nn.Linear(8, 6) for _ in range(k))
        self.k = k

    def forward(self, wav):
        z = self.enc(wav.unsqueeze(1)).transpose(1, 2)
        t = z.size(1) - self.k - 1
        c, _ = self.gru(z[:, :t + 1])
        c = c[:, t]
        loss = 0
        for i in range(self.k):
            total = torch.mm(z[:, t + 1 + i], self.W[i](c).t())
            loss = loss - torch.diag(F.log_softmax(total, dim=1)).mean()
        return loss / self.k


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return CPC()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 40),)


INPUT_AXES = (("batch", "seq"),)
