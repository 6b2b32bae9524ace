import torch
import torch.nn as nn
import torch.nn.functional as F


class ChordTagger(nn.Module):
    def __init__(self, chroma=12, hidden=14, chords=10):
        super().__init__()
        self.gru = nn.GRU(chroma, hidden, batch_first=True, bidirectional=True)
        self.chords = nn.Linear(2 * hidden, chords)

    def forward(self, chroma):
        return self.chords(self.gru(chroma)[0])


def make_model():
    torch.manual_seed(52)
    return ChordTagger()


def make_inputs(batch=4, seq=9):
    return (torch.randn(batch, seq, 12),)


INPUT_AXES = (("batch", "seq", "chroma"),)


def make_target(batch=4, seq=9):
    return torch.randint(0, 10, (batch, seq))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    b, t, c = output.shape
    return F.cross_entropy(output.view(b, c, t), target)
