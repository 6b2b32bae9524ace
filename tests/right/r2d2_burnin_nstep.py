
import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, f=5, h=5, a=3):
        super().__init__()
        self.net = nn.LSTM(f, h, batch_first=True); self.adv, self.v = nn.Linear(h, a), nn.Linear(h, 1)

    def q(self, x):
        a = self.adv(x)
        return self.v(x) + a - a.mean(2, True)

    def forward(self, obs, act, rew, h0, c0):
        burn, n = 2, 2
        hc = (h0.transpose(0, 1).contiguous(), c0.transpose(0, 1).contiguous())
        with torch.no_grad():
            _, hc = self.net(obs[:, :burn], hc)
        out, _ = self.net(obs[:, burn:], tuple(t.detach() for t in hc))
        q = self.q(out)
        T = q.size(1)
        cur = q.gather(2, act[:, burn:].unsqueeze(-1)).squeeze(-1)[:, :T - n]
        g = torch.tensor([0.99 ** i for i in range(n)])
        R = (rew[:, burn:].unfold(1, n, 1)[:, :T - n] * g).sum(-1)
        with torch.no_grad():
            best = q.argmax(-1)
            boot = q.gather(2, best.unsqueeze(-1)).squeeze(-1)[:, n:]
        td = R + 0.99 ** n * boot - cur
        prio = 0.9 * td.abs().max(1)[0] + 0.1 * td.abs().mean(1)
        w = (prio.detach() + 1e-3) ** -0.4
        w = w / w.max()
        return (w.unsqueeze(1) * td.pow(2)).mean()


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(5, 7, 5), torch.randint(0, 3, (5, 7)), torch.randn(5, 7), torch.zeros(5, 1, 5), torch.zeros(5, 1, 5)


INPUT_AXES = (("batch","seq","feature"),("batch","seq"),("batch","seq"),("batch","layers","hidden"),("batch","layers","hidden"))
