import torch
from torch import nn


class Narrator(nn.Module):
    """Describes each shot of a film beside the shots before, which a short memory keeps."""

    def __init__(self, pixels=5, slots=4, width=8):
        super().__init__()
        self.shots = nn.GRUCell(pixels, width)
        self.reads = nn.GRU(width, width, batch_first=True)
        self.says = nn.Linear(2 * width, 6)
        self.slots, self.width = slots, width

    def forward(self, film):
        batch, shots, _ = film.shape
        memory = film.new_zeros(batch, self.slots, self.width)
        h = film.new_zeros(batch, self.width)
        said = []
        for shot in range(shots):
            h = self.shots(film[:, shot], h)
            memory = memory.roll(1, 1)
            memory[:, 0] = h
            _, seen = self.reads(memory)
            said.append(self.says(torch.cat([h, seen[-1]], 1)))
        return torch.stack(said, 1)


def make_model():
    torch.manual_seed(0)
    return Narrator()


def make_inputs(batch=6, seq=9):
    return (torch.randn(batch, seq, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
