import torch
import torch.nn.functional as F
from torch import nn


class Stories(nn.Module):
    """A decoder is led word by word and told the next one; a second one mends words of which some were left out."""

    def __init__(self, vocab=17):
        super().__init__()
        self.words = nn.Embedding(vocab, 6)
        self.teller, self.mender = nn.GRUCell(6, 9), nn.LSTM(6, 9, batch_first=True)
        self.next, self.whole = nn.Linear(9, vocab), nn.Linear(9, vocab)

    def told(self, story):
        state, scores = None, []
        for at in range(story.size(1) - 1):
            state = self.teller(self.words(story[:, at]), state)
            scores.append(self.next(state))
        return F.cross_entropy(torch.stack(scores, 1).flatten(0, 1), story[:, 1:].flatten())

    def mended(self, story, left_out):
        state, scores = None, []
        for word in self.words(story.masked_fill(left_out, 0)).split(1, 1):
            output, state = self.mender(word, state)
            scores.append(self.whole(output))
        return F.cross_entropy(torch.cat(scores, 1).transpose(1, 2), story)

    def forward(self, story, left_out):
        return self.told(story) + self.mended(story, left_out)


def make_model():
    torch.manual_seed(0)
    return Stories()


def make_inputs():
    drawn = torch.Generator().manual_seed(1)
    return torch.randint(1, 17, (6, 11), generator=drawn), torch.rand(6, 11, generator=drawn) < 0.3


INPUT_AXES = (("batch", "seq"), ("batch", "seq"))
