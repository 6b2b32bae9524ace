import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """Each step looks back at the states before it, and at the words that came after them."""

    def __init__(self, vocab=14, d=8):
        super().__init__()
        self.embed, self.rnn, self.out = nn.Embedding(vocab, d), nn.LSTM(d, d, batch_first=True), nn.Linear(d, vocab)

    def forward(self, words):
        h, _ = self.rnn(self.embed(words))
        p = self.out(h).softmax(-1)
        next_words = F.one_hot(words[:, 1:], p.size(-1)).float()
        scores = h @ h[:, :-1].transpose(1, 2)
        seen = torch.ones(scores.shape[1:]).tril(-1).bool()
        cache = scores.masked_fill(~seen, -1e9).softmax(-1) * seen
        return torch.log(0.8 * p + 0.2 * cache @ next_words + 1e-8)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 14, (5, 7), generator=g),)


INPUT_AXES = (("batch", "seq"),)
