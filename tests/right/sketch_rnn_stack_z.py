
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, H=4, Nz=4, M=4):
        super().__init__()
        self.M, self.H = M, H
        self.enc, self.mu, self.sg = nn.LSTM(5, H, bidirectional=True), nn.Linear(2 * H, Nz), nn.Linear(2 * H, Nz)
        self.fhc, self.dec, self.fp = nn.Linear(Nz, 2 * H), nn.LSTM(Nz + 5, H), nn.Linear(H, 6 * M + 3)

    def forward(self, batch):
        T, B, _ = batch.shape
        _, (h, c) = self.enc(batch, (torch.zeros(2, B, self.H), torch.zeros(2, B, self.H)))
        hf, hb = torch.split(h, 1, 0)
        hc = torch.cat([hf.squeeze(0), hb.squeeze(0)], 1)
        mu, sh = self.mu(hc), self.sg(hc)
        z = mu + torch.exp(sh / 2.) * torch.normal(torch.zeros(mu.size()), torch.ones(mu.size()))
        sos = torch.stack([torch.Tensor([0, 0, 1, 0, 0])] * B).unsqueeze(0)
        inp = torch.cat([torch.cat([sos, batch], 0)[:-1], torch.stack([z] * T)], 2)
        h0, c0 = torch.split(torch.tanh(self.fhc(z)), self.H, 1)
        o, _ = self.dec(inp, (h0.unsqueeze(0).contiguous(), c0.unsqueeze(0).contiguous()))
        y = self.fp(o.view(-1, self.H))
        params = torch.split(y, 6, 1)
        pm, pp = torch.stack(params[:-1]), params[-1]
        pi, mx, my, sx, sy, rho = torch.split(pm, 1, 2)
        pi = F.softmax(pi.transpose(0, 1).squeeze(), dim=-1).view(T, -1, self.M)
        mx, my = (v.transpose(0, 1).squeeze().contiguous().view(T, -1, self.M) for v in (mx, my))
        sx = torch.exp(sx.transpose(0, 1).squeeze()).view(T, -1, self.M)
        q = F.softmax(pp, dim=-1).view(T, -1, 3)
        dx = torch.stack([batch[:, :, 0]] * self.M, 2); dy = torch.stack([batch[:, :, 1]] * self.M, 2)
        p = torch.stack([batch[:, :, 2], batch[:, :, 3], batch[:, :, 4]], 2)
        pdf = torch.exp(-(((dx - mx) / sx) ** 2 + (dy - my) ** 2) / 2)
        LS = -torch.sum(torch.log(1e-5 + torch.sum(pi * pdf, 2))) / float(T * B); LP = -torch.sum(p * torch.log(q + 1e-5)) / float(T * B)
        return LS + LP - 0.5 * torch.sum(1 + sh - mu ** 2 - torch.exp(sh)) / float(4 * B)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.rand(4, 4, 5),)


INPUT_AXES = (("seq","batch","feature"),)
