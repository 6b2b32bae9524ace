
import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru, self.pi, self.v = nn.GRU(4, 4), nn.Linear(4, 2), nn.Linear(4, 1)

    def evaluate(self, x, hxs, masks):
        N = hxs.size(0); T = int(x.size(0) / N)
        x = x.view(T, N, x.size(1)); masks = masks.view(T, N)
        has = ((masks[1:] == 0.0).any(dim=-1).nonzero().squeeze().cpu())
        has = [has.item() + 1] if has.dim() == 0 else (has + 1).numpy().tolist()
        has = [0] + has + [T]
        hxs = hxs.unsqueeze(0); outs = []
        for i in range(len(has) - 1):
            a, b = has[i], has[i + 1]
            o, hxs = self.gru(x[a:b], hxs * masks[a].view(1, -1, 1))
            outs.append(o)
        return torch.cat(outs, dim=0).view(T * N, -1)

    def forward(self, obs, act, rew, masks, hx):
        T, N = rew.shape
        with torch.no_grad():
            val = self.v(self.evaluate(obs.view(T * N, -1), hx, masks.view(-1))).view(T, N)
            gae, ret = 0, torch.zeros(T, N)
            for t in reversed(range(T)):
                nv = val[t + 1] if t + 1 < T else torch.zeros(N)
                gae = rew[t] + .99 * nv * masks[t] - val[t] + .95 * .99 * masks[t] * gae
                ret[t] = gae + val[t]
            adv = ret - val
            adv = (adv - adv.mean()) / (adv.std() + 1e-5)
        perm = torch.randperm(N); loss = 0
        for s in range(0, N, 2):
            ob, ab, rb, mb, ad, hb = [], [], [], [], [], []
            for o in range(2):
                i = perm[s + o]
                ob.append(obs[:, i]); ab.append(act[:, i]); rb.append(ret[:, i]); mb.append(masks[:, i]); ad.append(adv[:, i]); hb.append(hx[i])
            f = lambda z: torch.stack(z, 1).view(T * 2, *z[0].shape[1:])
            feat = self.evaluate(f(ob), torch.stack(hb, 0), f(mb))
            d = torch.distributions.Categorical(logits=self.pi(feat))
            ratio = torch.exp(d.log_prob(f(ab)) - d.log_prob(f(ab)).detach())
            loss = loss - torch.min(ratio * f(ad), torch.clamp(ratio, .8, 1.2) * f(ad)).mean() + .5 * (f(rb) - self.v(feat).squeeze(-1)).pow(2).mean()
        return loss


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(4, 4, 4), torch.randint(0, 2, (4, 4)), torch.randn(4, 4), (torch.rand(4, 4) > .3).float(), torch.zeros(4, 4)


INPUT_AXES = (("seq","batch","feature"),("seq","batch"),("seq","batch"),("seq","batch"),("batch","hidden"))
