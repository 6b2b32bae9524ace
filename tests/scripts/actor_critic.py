"""An actor and critic with an LSTM cell play many games at once; values and returns are flattened for the loss."""
import torch
import torch.nn as nn
from torch.distributions import Categorical

BROKEN = False

torch.manual_seed(0)
ENVS, STEPS = 6, 10


class Game:
    def reset(self):
        self.goal = torch.randint(0, 2, (ENVS,))
        return torch.stack([self.goal.float(), torch.ones(ENVS)], 1)

    def step(self, action):
        reward = (action == self.goal).float()
        return torch.stack([self.goal.float(), torch.rand(ENVS)], 1), reward


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTMCell(2, 12)
        self.pi = nn.Linear(12, 2)
        self.v = nn.Linear(12, 1)

    def forward(self, obs, state):
        h, c = self.lstm(obs, state)
        return Categorical(logits=self.pi(h)), self.v(h).squeeze(-1), (h, c)


net, env = ActorCritic(), Game()
opt = torch.optim.RMSprop(net.parameters(), lr=1e-3)
for update in range(4):
    obs, state = env.reset(), (torch.zeros(ENVS, 12), torch.zeros(ENVS, 12))
    logps, values, rewards = [], [], []
    for _ in range(STEPS):
        dist, value, state = net(obs, state)
        action = dist.sample()
        obs, reward = env.step(action)
        logps.append(dist.log_prob(action))
        values.append(value)
        rewards.append(reward)
    returns, R = [], torch.zeros(ENVS)
    for r in reversed(rewards):
        R = r + 0.9 * R
        returns.insert(0, R)
    returns = torch.stack(returns, dim=1 if BROKEN else 0).flatten()
    values, logps = torch.stack(values).flatten(), torch.stack(logps).flatten()
    advantage = returns - values
    loss = (advantage**2).mean() - (logps * advantage.detach()).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    print(loss.item())
