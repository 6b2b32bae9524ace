import torch
import torch.nn as nn


class Glosser(nn.Module):
    def __init__(self, signs=20, width=7, units=9):
        super().__init__()
        self.look = nn.GRU(5, units, batch_first=True)
        self.signs = nn.Embedding(signs, width)
        self.start = nn.Parameter(torch.zeros(width))
        self.cell = nn.RNNCell(width, units)
        self.of_state, self.of_sign = nn.Linear(units, 12), nn.Linear(width, 12)
        self.out = nn.Linear(12, signs)

    def forward(self, video, glosses):
        h = self.look(video)[1].squeeze(0)
        word, given, states = self.start.expand(video.size(0), -1), self.signs(glosses), []
        for t in range(glosses.size(1)):
            h = self.cell(word, h)
            states.append(h)
            word = given[:, t]
        context = torch.stack(states, 1)[:, :1]
        return self.out(torch.relu(self.of_state(context) + self.of_sign(given)))


def make_model():
    torch.manual_seed(0)
    return Glosser()


def make_inputs(batch=5, seq=8):
    g = torch.Generator().manual_seed(1)
    return torch.randn(batch, 13, 5, generator=g), torch.randint(0, 20, (batch, seq), generator=g)


INPUT_AXES = (("batch", "frame", "feature"), ("batch", "seq"))
