import torch
import torch.nn as nn
import torch.nn.functional as F


class Joke(nn.Module):
    def __init__(self, width=5, units=8, asked=3):
        super().__init__()
        self.set_up = nn.RNN(width, units, batch_first=True)
        self.punch = nn.RNN(width, units, batch_first=True)
        self.keys, self.values = nn.Linear(2 * units, 10), nn.Linear(2 * units, 10)
        self.asked = nn.Parameter(torch.randn(asked, 10))
        self.laughs = nn.Linear(10, 1)

    def forward(self, told):
        behind, _ = self.punch(told.flip(dims=(1,)))
        before, _ = self.set_up(told)
        place = torch.cat([before, behind.flip(dims=(1,))], -1)
        asked = self.asked.expand(told.size(0), -1, -1)
        heard = F.scaled_dot_product_attention(asked, self.keys(place), self.values(place))
        return self.laughs(heard).squeeze(-1)


def make_model():
    torch.manual_seed(0)
    return Joke()


def make_inputs(batch=4, seq=9):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 5, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
