import torch
import torch.nn as nn


class Tagger(nn.Module):
    """A CRF whose moves from tag to tag are scored anew at each word, by one layer of tags * tags units."""

    def __init__(self, words=30, d=8, tags=5):
        super().__init__()
        self.tags = tags
        self.embed, self.rnn = nn.Embedding(words, d), nn.LSTM(d, d, bidirectional=True)
        self.moves = nn.Linear(2 * d, tags * tags)

    def forward(self, text):
        steps, batch = text.shape
        read, _ = self.rnn(self.embed(text))
        return self.moves(read).view(-1, self.tags, self.tags).view(steps, batch, self.tags, self.tags)


def make_model():
    torch.manual_seed(0)
    return Tagger()


def make_inputs():
    return (torch.randint(0, 30, (7, 4), generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("seq", "batch"),)


def make_target():
    return torch.randint(0, 5, (8, 4), generator=torch.Generator().manual_seed(2))


TARGET_AXES = ("place", "batch")


def loss_fn(moves, tags):
    steps, batch, number, _ = moves.shape
    total = moves[0, :, 2, :]
    for step in moves[1:]:
        total = torch.logsumexp(step + total.reshape(batch, number, 1).expand(batch, number, number), dim=1)
    rows = torch.arange(batch)
    told = sum(moves[at, rows, tags[at], tags[at + 1]] for at in range(steps))
    return (total.logsumexp(1) - told).mean()
