import torch
import torch.nn as nn


class Opinions(nn.Module):
    def __init__(self, vocab=30, d=5, h=12, grades=3):
        super().__init__()
        self.embed, self.rnn = nn.Embedding(vocab, d), nn.GRU(d, h, batch_first=True)
        self.out = nn.Linear(h, grades)

    def forward(self, words):
        y, _ = self.rnn(self.embed(words))
        return self.out(y.amax(2))


def make_model():
    torch.manual_seed(0)
    return Opinions()


def make_inputs(batch=5):
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 30, (batch, 12), generator=g),)


INPUT_AXES = (("batch", "seq"),)
