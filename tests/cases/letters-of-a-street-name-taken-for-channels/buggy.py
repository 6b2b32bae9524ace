import torch
import torch.nn as nn
import torch.nn.functional as F


class Spelling(nn.Module):
    def __init__(self, letters=12, wide=9, maps=6):
        super().__init__()
        self.letter = nn.Embedding(40, wide, padding_idx=0)
        self.bank = nn.Conv1d(letters, maps, 3, padding=1)

    def forward(self, ids):
        rows = self.letter(ids.flatten(0, 1))
        maps = torch.tanh(self.bank(rows))
        return maps.amax(-1).unflatten(0, ids.shape[:2])


class AddressTagger(nn.Module):
    def __init__(self, words=60, hidden=11, tags=5):
        super().__init__()
        self.word, self.spelling = nn.Embedding(words, 8), Spelling()
        self.rnn = nn.GRU(14, hidden, batch_first=True, bidirectional=True)
        self.tag = nn.Linear(2 * hidden, tags)

    def forward(self, words, letters):
        seen = torch.cat([self.word(words), self.spelling(letters)], -1)
        return self.tag(self.rnn(seen)[0])


def make_model():
    torch.manual_seed(0)
    return AddressTagger()


def make_inputs(batch=4, seq=7):
    g = torch.Generator().manual_seed(1)
    return torch.randint(0, 60, (batch, seq), generator=g), torch.randint(1, 40, (batch, seq, 12), generator=g)


INPUT_AXES = (("batch", "seq"), ("batch", "seq", "letter"))


def make_target(batch=4, seq=7):
    g = torch.Generator().manual_seed(2)
    return torch.randint(0, 5, (batch, seq), generator=g)


TARGET_AXES = ("batch", "seq")


def loss_fn(scores, target):
    return F.cross_entropy(scores.flatten(0, 1), target.flatten())
