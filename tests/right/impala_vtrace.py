
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, f=4, h=4, a=4):
        super().__init__()
        self.core = nn.LSTM(f + a + 1, h, 2); self.pi, self.v = nn.Linear(h, a), nn.Linear(h, 1)

    def forward(self, frame, last_action, reward, done):
        T, B, *_ = frame.shape
        x = torch.flatten(frame, 0, 1)
        oh = F.one_hot(last_action.view(T * B), 4).float()
        x = torch.cat([x, torch.clamp(reward, -1, 1).view(T * B, 1), oh], dim=-1).view(T, B, -1)
        state = tuple(torch.zeros(2, B, 4) for _ in range(2))
        outs = []
        notdone = (~done).float()
        for inp, nd in zip(x.unbind(), notdone.unbind()):
            nd = nd.view(1, -1, 1)
            state = tuple(nd * s for s in state)
            o, state = self.core(inp.unsqueeze(0), state)
            outs.append(o)
        o = torch.flatten(torch.cat(outs), 0, 1)
        logits, base = self.pi(o), self.v(o)
        action = torch.multinomial(F.softmax(logits, dim=1), num_samples=1).view(T, B)
        logits, base = logits.view(T, B, 4), base.view(T, B)
        lp = -F.nll_loss(F.log_softmax(torch.flatten(logits, 0, 1), dim=-1), target=torch.flatten(action, 0, 1), reduction="none").view_as(action)
        with torch.no_grad():
            rhos = torch.exp(lp - lp.detach() * 0.9).clamp(max=1.)
            vt1 = torch.cat([base[1:], base[-1].unsqueeze(0)], dim=0)
            deltas = rhos * (reward + 0.99 * notdone * vt1 - base)
            acc = torch.zeros_like(base[-1]); res = []
            for t in range(T - 1, -1, -1):
                acc = deltas[t] + 0.99 * notdone[t] * rhos[t] * acc
                res.append(acc)
            res.reverse()
            vs = torch.stack(res) + base
        adv = vs - base
        ent = (F.softmax(logits, -1) * F.log_softmax(logits, -1)).sum()
        return -(lp * adv.detach()).sum() + 0.5 * (adv ** 2).sum() + 0.01 * ent


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(4, 4, 4), torch.randint(0, 4, (4, 4)), torch.randn(4, 4), torch.rand(4, 4) < 0.3


INPUT_AXES = (("seq","batch","feature"),("seq","batch"),("seq","batch"),("seq","batch"))
