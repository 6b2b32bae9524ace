import torch
import torch.nn as nn


class Pendulum(nn.Module):
    def __init__(self, marks=6, units=6):
        super().__init__()
        self.cell = nn.GRUCell(marks, units)
        self.angle = nn.Linear(units, 1)
        self.cost = nn.MSELoss()

    def forward(self, film, angles):
        h = film.new_zeros(film.size(0), self.cell.hidden_size)
        guesses = []
        for frame in film.unbind(1):
            h = self.cell(frame, h)
            guesses.append(self.angle(h))
        guesses = torch.cat(guesses, 1)
        return self.cost(guesses[:, 2:], angles[:, 2:])


def make_model():
    torch.manual_seed(0)
    return Pendulum()


def make_inputs(batch=6, seq=6):
    g = torch.Generator().manual_seed(1)
    return torch.randn(batch, seq, 6, generator=g), torch.randn(batch, seq, generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
