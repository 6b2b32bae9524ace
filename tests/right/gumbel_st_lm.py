
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, V=5, H=5):
        super().__init__()
        self.emb, self.cell, self.out, self.cls = nn.Linear(V, H, bias=False), nn.GRUCell(H, H), nn.Linear(H, V), nn.GRU(V, H, batch_first=True)
        self.fc = nn.Linear(H, 1)

    def forward(self, z):
        h, y, ys = z, torch.zeros(z.size(0), 5), []
        for _ in range(5):
            h = self.cell(self.emb(y), h)
            y = F.gumbel_softmax(self.out(h), tau=0.7, hard=True, dim=-1)
            ys.append(y)
        seq = torch.stack(ys, dim=1)
        ent = -(seq.mean(0) * (seq.mean(0) + 1e-6).log()).sum(-1).mean()
        _, h = self.cls(seq)
        return torch.sigmoid(self.fc(h[0])), ent


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(5, 5),)


INPUT_AXES = (("batch","hidden"),)
