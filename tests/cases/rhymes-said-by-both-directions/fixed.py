import torch
import torch.nn as nn
import torch.nn.functional as F


class Poet(nn.Module):
    def __init__(self, vocab=30, e=6, h=8, both=False):
        super().__init__()
        self.words = nn.Embedding(vocab, e)
        self.lstm = nn.LSTM(e, h, num_layers=2, bidirectional=both)
        self.say = nn.Sequential(nn.Linear(h * (1 + both), h), nn.Tanh(), nn.Linear(h, vocab))

    def forward(self, poem):
        heard, _ = self.lstm(self.words(poem[:-1]))
        return self.say(heard)


def poems(batch, seq):
    return torch.randint(0, 30, (seq, batch), generator=torch.Generator().manual_seed(1))


def make_model():
    torch.manual_seed(0)
    return Poet()


def make_inputs(batch=5, seq=9):
    return (poems(batch, seq + 1),)


INPUT_AXES = (("seq", "batch"),)


def make_target(batch=5, seq=9):
    return poems(batch, seq + 1)[1:]


TARGET_AXES = ("seq", "batch")


def loss_fn(output, target):
    return F.cross_entropy(output.view(-1, 30), target.reshape(-1))
