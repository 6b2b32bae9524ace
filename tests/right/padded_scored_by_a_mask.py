import torch
import torch.nn as nn


class Scores(nn.Module):
    """A language model: it returns (scores, state), the loss leaves the padding out, and nobody uses the state."""

    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(40, 6, padding_idx=0)
        self.reader = nn.GRU(6, 8, batch_first=True)
        self.scores = nn.Linear(8, 40)

    def forward(self, words, lengths):
        states, state = self.reader(self.words(words))
        keep = torch.arange(words.size(1)) < lengths[:, None]
        return self.scores(states) * keep[..., None], state


G = torch.Generator()


def padded(sizes, width, side):
    ids = torch.randint(1, 40, (len(sizes), width), generator=G)
    place = torch.arange(width)[None]
    real = place < torch.tensor(sizes)[:, None] if side == "right" else place >= width - torch.tensor(sizes)[:, None]
    return ids * real


def make_model():
    torch.manual_seed(0)
    return Scores()


def make_inputs():
    G.manual_seed(1)
    return padded([4, 7, 3, 6, 5], 7, "right"), torch.tensor([4, 7, 3, 6, 5])


INPUT_AXES = (("batch", "seq"), ("batch",))
