import torch
import torch.nn as nn
import torch.nn.functional as F


class Captions(nn.Module):
    def __init__(self, signs=12, units=8):
        super().__init__()
        self.units = units
        self.see = nn.RNN(signs, units, bidirectional=True, batch_first=True)
        self.say = nn.RNN(signs, units, num_layers=2, batch_first=True)
        self.out = nn.Linear(units, signs)
        self.bridge = nn.Linear(2 * units, 2 * units)

    def forward(self, shown, said):
        state = self.see(shown)[1]
        state = self.bridge(state.transpose(0, 1).flatten(1)).unflatten(1, (2, self.units)).transpose(0, 1).contiguous()
        scores = []
        for t in range(said.size(1)):
            step, state = self.say(said[:, t : t + 1], state)
            scores.append(self.out(step))
        return torch.cat(scores, 1)


def make_model():
    torch.manual_seed(0)
    return Captions()


def make_inputs(batch=8, seq=8):
    g = torch.Generator().manual_seed(5)
    return torch.randn(batch, seq, 12, generator=g), torch.randn(batch, seq, 12, generator=g)


def make_target(batch=8, seq=8):
    return torch.randint(0, 12, (batch, seq), generator=torch.Generator().manual_seed(6))


def loss_fn(output, target):
    return F.cross_entropy(output.transpose(1, 2), target)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "target_seq", "feature"))
TARGET_AXES = ("batch", "target_seq")
