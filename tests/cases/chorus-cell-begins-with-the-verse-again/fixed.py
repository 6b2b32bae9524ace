import torch
import torch.nn as nn


class Song(nn.Module):
    def __init__(self, notes=6, hidden=8):
        super().__init__()
        self.verses, self.choruses = nn.GRUCell(notes, hidden), nn.GRUCell(hidden, hidden)
        self.again = nn.Dropout(0.1)
        self.out = nn.Linear(hidden, notes)

    def forward(self, x):
        verse = x.new_zeros(x.size(0), 8)
        seen, chorus = [], x.new_zeros(x.size(0), 8)
        for note in x.unbind(1):
            verse = self.verses(note, verse)
            chorus = self.choruses(torch.relu(verse), self.again(chorus))
            seen.append(self.out(chorus))
        return torch.stack(seen, 1)


def make_model():
    torch.manual_seed(0)
    return Song()


def make_inputs(batch=4, seq=7):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, seq, 6, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
