import torch
import torch.nn as nn


class Headline(nn.Module):
    def __init__(self, vocab=20, d=6):
        super().__init__()
        self.embed = nn.Embedding(vocab, d)
        self.reader = nn.LSTM(d, d, batch_first=True)
        self.writer = nn.LSTM(d, d, batch_first=True)
        self.words = nn.Linear(d, vocab)

    def forward(self, article, headline):
        _, (h, c) = self.reader(self.embed(article))
        state = h.contiguous(), h.contiguous()
        y, _ = self.writer(self.embed(headline), state)
        return self.words(y)


def make_model():
    torch.manual_seed(0)
    return Headline()


def make_inputs(batch=5, seq=9):
    g = torch.Generator().manual_seed(1)
    return torch.randint(0, 20, (batch, seq), generator=g), torch.randint(0, 20, (batch, 4), generator=g)


INPUT_AXES = (("batch", "seq"), ("batch", "step"))
