
import torch
import torch.nn as nn
import torch.nn.functional as F


class MAC(nn.Module):
    def __init__(self, obs=6, hid=11, n_actions=4):
        super().__init__()
        self.fc1 = nn.Linear(obs, hid)
        self.rnn = nn.GRUCell(hid, hid)
        self.fc2 = nn.Linear(hid, n_actions)
        self.hid = hid

    def init_hidden(self, bs, n_agents):
        return self.fc1.weight.new(1, self.hid).zero_().unsqueeze(0).expand(bs, n_agents, -1)

    def forward(self, obs, actions):
        bs, T, n_agents, _ = obs.shape
        h = self.init_hidden(bs, n_agents).reshape(-1, self.hid)
        mac_out = []
        for t in range(T):
            x = F.relu(self.fc1(obs[:, t].reshape(bs * n_agents, -1)))
            h = self.rnn(x, h)
            mac_out.append(self.fc2(h).view(bs, n_agents, -1))
        mac_out = torch.stack(mac_out, dim=1)
        chosen = torch.gather(mac_out, dim=3, index=actions).squeeze(3)
        return chosen.sum(dim=2)


def make_model():
    torch.manual_seed(0)
    return MAC()


def make_inputs():
    return torch.randn(5, 7, 3, 6), torch.randint(0, 4, (5, 7, 3, 1))


INPUT_AXES = (("batch", "seq", "agent", "feature"), ("batch", "seq", "agent", None))


def make_target():
    return torch.randn(5, 7)


TARGET_AXES = ("batch", "seq")


def loss_fn(q, targets):
    td = q - targets.detach()
    return (td ** 2).sum() / td.numel()
