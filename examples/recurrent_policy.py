"""Teach an agent with a memory to fetch what it was shown: REINFORCE with a GRU, on an environment of a few lines.

In the first step the agent sees a cue, left or right; then it sees nothing but the time, and in the last step it must go to
where the cue was. A policy without a memory gets half of the rewards.

What it shows:

- many environments at once: observations (batch, feature) at each step, actions and rewards (batch,);
- a GRU that is called step by step, its input with an axis of one step, and its state handed on;
- log-probabilities, values and returns of one layout, (seq, batch), where they are multiplied and compared.

How to run it:

    python examples/recurrent_policy.py
    rnnshape run examples/recurrent_policy.py
    rnnshape run examples/recurrent_policy.py --break
"""

import argparse

import torch
from torch import nn
from torch.distributions import Categorical

CUES = 2


class Environment:
    """A batch of corridors: the cue is seen in the first step, the reward is paid in the last."""

    def __init__(self, batch, steps, generator):
        self.cue = torch.randint(CUES, (batch,), generator=generator)
        self.steps = steps
        self.time = 0

    def observe(self):
        """Return (batch, CUES + 1): the cue, one-hot, in the first step, zeros later; and the time."""
        seen = nn.functional.one_hot(self.cue, CUES).float()
        if self.time > 0:
            seen = torch.zeros_like(seen)
        return torch.cat([seen, torch.full((len(seen), 1), self.time / self.steps)], dim=1)

    def step(self, action):
        """Take actions (batch,), and return rewards (batch,)."""
        self.time += 1
        if self.time < self.steps:
            return torch.zeros(len(action))
        return (action == self.cue).float()


class Policy(nn.Module):
    """A GRU and the scores of the actions; a second head guesses the return."""

    def __init__(self, hidden, broken=False):
        super().__init__()
        self.broken = broken
        self.gru = nn.GRU(CUES + 1, hidden)
        self.actions = nn.Linear(hidden, CUES)
        self.value = nn.Linear(hidden, 1)

    def forward(self, observation, state=None):
        """Map an observation (batch, feature) to scores (batch, actions), values (batch,) and the next state."""
        if self.broken:
            output, state = self.gru(observation, state)  # the bug: the environments are read as the steps of one
        else:
            # one step: (seq=1, batch, feature)
            output, state = self.gru(observation.unsqueeze(0), state)
            output = output.squeeze(0)
        # without the squeeze, returns (batch,) less values (batch, 1) would be (batch, batch)
        return self.actions(output), self.value(output).squeeze(1), state


def play(policy, environment):
    """Play to the end; return log-probabilities, values and rewards, each (seq, batch)."""
    state, log_probabilities, values, rewards = None, [], [], []
    for _ in range(environment.steps):
        scores, value, state = policy(environment.observe(), state)
        choice = Categorical(logits=scores)
        action = choice.sample()
        log_probabilities.append(choice.log_prob(action))
        values.append(value)
        rewards.append(environment.step(action))
    return torch.stack(log_probabilities), torch.stack(values), torch.stack(rewards)


def returns_of(rewards, discount=0.95):
    """Add up rewards (seq, batch) from each step to the end."""
    total, returns = torch.zeros_like(rewards[0]), []
    for reward in reversed(rewards.unbind(0)):
        total = reward + discount * total
        returns.append(total)
    return torch.stack(returns[::-1])


def train(policy, options, generator):
    """Train, and return the mean reward of each game."""
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.01)
    scored = []
    for _ in range(options.steps):
        log_probabilities, values, rewards = play(policy, Environment(options.batch, options.length, generator))
        advantage = returns_of(rewards) - values
        loss = advantage.square().mean() - (log_probabilities * advantage.detach()).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        scored.append(rewards.sum(0).mean().item())
    return scored


def parse(arguments=None):
    parser = argparse.ArgumentParser(
        description="Train a recurrent policy with REINFORCE to remember a cue.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--steps", type=int, default=150, help="games to train on, each of a whole batch")
    parser.add_argument("--batch", type=int, default=32, help="environments that are played at once")
    parser.add_argument("--length", type=int, default=6, help="steps of a game")
    parser.add_argument("--seed", type=int, default=0, help="of the cues, the actions and the initial weights")
    parser.add_argument("--break", dest="broken", action="store_true", help="do not give the observations an axis of steps")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    torch.manual_seed(options.seed)
    policy = Policy(32, options.broken)
    scored = train(policy, options, torch.Generator().manual_seed(options.seed))
    some = max(1, len(scored) // 10)
    first, last = (sum(part) / some for part in (scored[:some], scored[-some:]))
    print(f"reward  {first:.3f} -> {last:.3f} of 1; without a memory 0.5")


if __name__ == "__main__":
    main()
