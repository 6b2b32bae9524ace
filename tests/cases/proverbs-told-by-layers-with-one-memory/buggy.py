import torch
import torch.nn as nn
import torch.nn.functional as F


class Proverbs(nn.Module):
    def __init__(self, words=25, size=9):
        super().__init__()
        self.embed = nn.Embedding(words, size)
        self.lower = nn.LSTM(size, size)
        self.upper = nn.LSTM(size, size)
        self.next = nn.Linear(size, words)

    def forward(self, text):
        memory = None
        scores = []
        for word in self.embed(text).split(1):
            out, memory = self.lower(word, memory)
            out, memory = self.upper(F.dropout(out, 0.2, self.training), memory)
            scores.append(self.next(out))
        return torch.cat(scores)


def make_model():
    torch.manual_seed(0)
    return Proverbs()


def make_inputs(batch=5, seq=8):
    return (torch.randint(0, 25, (seq, batch), generator=torch.Generator().manual_seed(1)),)


def make_target(batch=5, seq=8):
    return torch.randint(0, 25, (seq, batch), generator=torch.Generator().manual_seed(2))


def loss_fn(output, target):
    return F.cross_entropy(output.flatten(0, 1), target.flatten())


INPUT_AXES = (("seq", "batch"),)
TARGET_AXES = ("seq", "batch")
