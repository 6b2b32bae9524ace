import torch
import torch.nn as nn
import torch.nn.functional as F


class AC(nn.Module):
    def __init__(self):
        super().__init__()
        self.base = nn.Sequential(nn.Linear(7, 8), nn.Tanh())
        self.gru = nn.GRU(8, 9)
        self.pi, self.v = nn.Linear(9, 3), nn.Linear(9, 1)

    def forward(self, obs, hx, done):
        T, N, _ = obs.shape
        x = self.base(obs.view(T * N, -1)).view(T, N, -1)
        outs, h = [], hx.unsqueeze(0)
        for t in range(T):
            o, h = self.gru(x[t:t + 1], (1.0 - done[t]).view(1, -1, 1) * h)
            outs.append(o)
        z = torch.cat(outs).view(T * N, -1)
        return self.pi(z), self.v(z).squeeze(-1), h.squeeze(0)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return AC()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 7), rn(6, 9), (rn(9, 6) > 1).float())


INPUT_AXES = (("seq", "batch", "feature"), ("batch", "hidden"), ("seq", "batch"))


def make_target():
    G.manual_seed(2)
    return rn(9, 6)


TARGET_AXES = ("seq", "batch")


def loss_fn(output, target):
    logits, v, _ = output
    ret = target.reshape(-1)
    adv = ret - v.detach()
    adv = (adv - adv.mean()) / (adv.std() + 1e-8)
    lp = F.log_softmax(logits, -1)[:, 0]
    return -(lp * adv).mean() + 0.5 * (v - ret).pow(2).mean()
