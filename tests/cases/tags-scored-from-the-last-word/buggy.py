import torch
import torch.nn as nn


class Backward(nn.Module):
    def __init__(self, vocab=25, tags=5):
        super().__init__()
        self.embed = nn.Embedding(vocab, 8)
        self.rnn = nn.LSTM(8, 9, batch_first=True)
        self.tag = nn.Linear(9, tags)

    def forward(self, words):
        y, _ = self.rnn(self.embed(words.flip(1)))
        return self.tag(y)


def make_model():
    torch.manual_seed(0)
    return Backward()


def make_inputs(batch=5, seq=8):
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 25, (batch, seq), generator=g),)


INPUT_AXES = (("batch", "seq"),)


def make_target(batch=5, seq=8):
    g = torch.Generator().manual_seed(2)
    return torch.randint(0, 5, (batch, seq), generator=g)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return nn.functional.cross_entropy(output.transpose(1, 2), target)
