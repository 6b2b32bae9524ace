
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, n=4, hid=4, acts=4):
        super().__init__()
        self.fc1, self.rnn, self.fc2 = nn.Linear(n, hid), nn.GRUCell(hid, hid), nn.Linear(hid, acts)
        self.hw = nn.Linear(n, 4 * 3); self.hb = nn.Linear(n, 3); self.hw2 = nn.Linear(n, 3)
        self.hid = hid

    def forward(self, obs, act, state, avail):
        b, T, A, _ = obs.shape
        h = self.fc1.weight.new(1, self.hid).zero_().unsqueeze(0).expand(b, A, -1)
        outs = []
        for t in range(T):
            x = F.relu(self.fc1(obs[:, t].reshape(b * A, -1)))
            h = self.rnn(x, h.reshape(-1, self.hid))
            outs.append(self.fc2(h).view(b, A, -1))
        q = torch.stack(outs, dim=1)
        chosen = torch.gather(q[:, :-1], 3, act[:, :-1]).squeeze(3)
        tq = q.clone().detach()
        tq[avail == 0] = -9999999
        best = tq[:, 1:].max(dim=3)[0]

        def mix(qs, s):
            bs = qs.size(0)
            s = s.reshape(-1, 4); qs = qs.reshape(-1, 1, 4)
            w1 = torch.abs(self.hw(s)).view(-1, 4, 3); b1 = self.hb(s).view(-1, 1, 3)
            hid = F.elu(torch.bmm(qs, w1) + b1)
            return torch.bmm(hid, torch.abs(self.hw2(s)).view(-1, 3, 1)).view(bs, -1, 1)
        td = mix(chosen, state[:, :-1]) - (0.99 * mix(best, state[:, 1:])).detach()
        return (td ** 2).mean()


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(4, 5, 4, 4), torch.randint(0, 4, (4, 5, 4, 1)), torch.randn(4, 5, 4), (torch.rand(4, 5, 4, 4) > 0.2).long()


INPUT_AXES = (("batch","seq","agent","feature"),("batch","seq","agent",None),("batch","seq","feature"),("batch","seq","agent","action"))
