import torch
import torch.nn as nn
import torch.nn.functional as F


class Critic(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 9)
        self.values = nn.Linear(9, 3)

    def forward(self, seen, action, reward, done):
        _, (h, _) = self.rnn(seen)
        values = self.values(h[-1])
        chosen = values.gather(1, action.unsqueeze(1)).squeeze(1)
        wanted = reward + 0.9 * values.detach().amax(1) * (1 - done)
        return (chosen - wanted).square().mean()


def make_model():
    torch.manual_seed(0)
    return Critic()


def make_inputs(batch=6, seq=5):
    action, done = torch.randint(0, 3, (batch,)), torch.zeros(batch)
    return torch.randn(seq, batch, 4), action, torch.randn(batch), done


INPUT_AXES = (("seq", "batch", "feature"), ("batch",), ("batch",), ("batch",))
