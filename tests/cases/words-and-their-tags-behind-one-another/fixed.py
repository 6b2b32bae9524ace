import torch
from torch import nn


class Chunks(nn.Module):
    def __init__(self, words=40, tags=9, width=8):
        super().__init__()
        self.words, self.tags = nn.Embedding(words, width), nn.Embedding(tags, width)
        self.mix = nn.Linear(2 * width, 10)
        self.rnn = nn.RNN(10, 6, batch_first=True)
        self.chunk = nn.Linear(6, 3)

    def forward(self, tokens):
        words, tags = tokens[..., 0], tokens[..., 1]
        both = torch.cat((self.words(words), self.tags(tags)), dim=-1)
        both = both.view(*words.shape, -1)
        return self.chunk(self.rnn(self.mix(both).tanh())[0])


def make_model():
    torch.manual_seed(0)
    return Chunks()


def make_inputs(batch=6, seq=10):
    return (torch.randint(0, 9, (batch, seq, 2)),)


INPUT_AXES = (("batch", "seq", "kind"),)
