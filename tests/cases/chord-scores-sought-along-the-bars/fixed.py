import torch
import torch.nn as nn


class Chords(nn.Module):
    def __init__(self, notes=5, chords=6):
        super().__init__()
        self.reader = nn.LSTM(notes, 7, bidirectional=True)
        self.chord = nn.Linear(14, chords)

    def forward(self, bars):
        return torch.log_softmax(self.chord(self.reader(bars)[0]), 2)


def loss_fn(output, target, smoothing=0.1):
    said = torch.gather(output, 2, target[..., None])[..., 0]
    return -((1 - smoothing) * said + smoothing * output.mean(2)).mean()


def make_model():
    torch.manual_seed(0)
    return Chords()


def make_inputs(batch=4, seq=9):
    return (torch.randn(seq, batch, 5, generator=torch.Generator().manual_seed(1)),)


def make_target(batch=4, seq=9):
    return torch.randint(6, (seq, batch), generator=torch.Generator().manual_seed(2))


INPUT_AXES = (("seq", "batch", "feature"),)
TARGET_AXES = ("seq", "batch")
