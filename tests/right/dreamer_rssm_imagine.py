
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, o=4, a=2, d=4, s=4):
        super().__init__()
        self.d, self.s = d, s
        self.cell = nn.GRUCell(6, d); self.inp = nn.Linear(s + a, 6)
        self.prior, self.post = nn.Linear(d, 2 * s), nn.Linear(d + o, 2 * s)
        self.actor, self.rew, self.val, self.dec = nn.Linear(d + s, a), nn.Linear(d + s, 1), nn.Linear(d + s, 1), nn.Linear(d + s, o)

    def dist(self, x):
        m, s = x.chunk(2, -1)
        return torch.distributions.Independent(torch.distributions.Normal(m, F.softplus(s) + .1), 1)

    def forward(self, obs, act):
        B, T, _ = obs.shape
        h, z = obs.new_zeros(B, self.d), obs.new_zeros(B, self.s)
        hs, zs, pri, pos = [], [], [], []
        for o, a in zip(obs.transpose(0, 1), act.transpose(0, 1)):
            h = self.cell(F.elu(self.inp(torch.cat([z, a], -1))), h)
            p, q = self.dist(self.prior(h)), self.dist(self.post(torch.cat([h, o], -1)))
            z = q.rsample()
            hs.append(h); zs.append(z); pri.append(p); pos.append(q)
        kl = torch.stack([torch.distributions.kl_divergence(q, p) for q, p in zip(pos, pri)]).clamp(min=1.).mean()
        feat = torch.cat([torch.stack(hs, 1), torch.stack(zs, 1)], -1)
        rec = F.mse_loss(self.dec(feat), obs)
        h, z = torch.stack(hs, 1).reshape(-1, self.d).detach(), torch.stack(zs, 1).reshape(-1, self.s).detach()
        R, V = [], []
        for _ in range(3):
            f = torch.cat([h, z], -1)
            a = torch.tanh(self.actor(f))
            h = self.cell(F.elu(self.inp(torch.cat([z, a], -1))), h)
            z = self.dist(self.prior(h)).rsample()
            f = torch.cat([h, z], -1)
            R.append(self.rew(f).squeeze(-1)); V.append(self.val(f).squeeze(-1))
        R, V = torch.stack(R), torch.stack(V)
        ret, acc = [], V[-1]
        for i in reversed(range(3)):
            acc = R[i] + 0.99 * (0.05 * V[i] + 0.95 * acc)
            ret.append(acc)
        ret = torch.stack(ret[::-1])
        return kl + rec - ret.mean() + F.mse_loss(V, ret.detach())


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(4, 4, 4), torch.randn(4, 4, 2)


INPUT_AXES = (("batch","seq","feature"),("batch","seq","action"))
