import torch
import torch.nn as nn
import torch.nn.functional as F


class Phonemes(nn.Module):
    def __init__(self, mels=6, hidden=9, phones=11):
        super().__init__()
        self.gru = nn.GRU(mels, hidden)
        self.phones = nn.Linear(hidden, phones)

    def forward(self, x):
        return self.phones(self.gru(x)[0])


def make_model():
    torch.manual_seed(92)
    return Phonemes()


def make_inputs(batch=4, seq=9):
    return (torch.randn(seq, batch, 6),)


INPUT_AXES = (("seq", "batch", "mel"),)


def make_target(batch=4, seq=9):
    return torch.randint(0, 11, (batch, seq))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.cross_entropy(output.permute(1, 2, 0), target)
