import torch
import torch.nn as nn


class Stack(nn.Module):
    def __init__(self, size, floors):
        super().__init__()
        for floor in range(floors):
            setattr(self, f"floor{floor}", nn.RNN(size, size, batch_first=True, nonlinearity="relu"))
        self.norms = nn.ModuleList(nn.LayerNorm(size) for _ in range(floors))
        self.floors = floors

    def forward(self, sound, hidden=None):
        for floor in range(self.floors):
            sound, hidden = getattr(self, f"floor{floor}")(sound, hidden)
            sound = torch.tanh(self.norms[floor](sound))
        return sound, hidden


class Bell(nn.Module):
    def __init__(self, bands=5, floors=2):
        super().__init__()
        self.stack, self.echo = Stack(bands, floors), nn.Linear(bands, bands)

    def forward(self, strokes):
        hidden, heard = None, strokes.new_empty(strokes.size(0), 0, strokes.size(2))
        for at in range(strokes.size(1)):
            sound, hidden = self.stack(strokes[:, at, None], hidden)
            heard = torch.cat([heard, self.echo(sound)], 1)
        return heard


def make_model():
    torch.manual_seed(0)
    return Bell()


def make_inputs(batch=3, seq=6):
    return (torch.randn(batch, seq, 5, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)
