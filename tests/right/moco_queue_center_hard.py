
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, d=4, K=4):
        super().__init__()
        self.q, self.k = nn.GRU(3, d, batch_first=True), nn.GRU(3, d, batch_first=True)
        self.register_buffer("queue", F.normalize(torch.randn(d, K), dim=0)); self.centers = nn.Parameter(torch.randn(4, d)); self.fc = nn.Linear(d, 4)

    def forward(self, x1, x2, y):
        q = F.normalize(self.q(x1)[1][-1], dim=1)
        with torch.no_grad():
            idx = torch.randperm(x2.shape[0]); un = torch.argsort(idx)
            k = F.normalize(self.k(x2[idx])[1][-1], dim=1)[un]
        lp = torch.einsum("nc,nc->n", [q, k]).unsqueeze(-1); ln = torch.einsum("nc,ck->nk", [q, self.queue.clone().detach()])
        loss = F.cross_entropy(torch.cat([lp, ln], dim=1) / .07, torch.zeros(q.size(0), dtype=torch.long))
        self.queue[:, 0:k.shape[0]] = k.T
        dist = torch.pow(q, 2).sum(dim=1, keepdim=True).expand(4, 4) + torch.pow(self.centers, 2).sum(dim=1, keepdim=True).expand(4, 4).t()
        dist = dist.addmm(q, self.centers.t(), beta=1, alpha=-2)
        mask = y.unsqueeze(1).expand(4, 4).eq(torch.arange(4).expand(4, 4))
        center = (dist * mask.float()).clamp(min=1e-12).sum() / 4
        ce = F.cross_entropy(self.fc(q), y, reduction="none")
        hard, _ = ce.topk(2)
        order = torch.argsort(ce.detach(), descending=True)[:3]
        return loss + center + hard.mean() + ce[order].mean()


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(4, 4, 3), torch.randn(4, 4, 3), torch.randint(0, 4, (4,))


INPUT_AXES = (("batch","seq","feature"),("batch","seq","feature"),("batch",))
