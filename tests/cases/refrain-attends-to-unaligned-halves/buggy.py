import torch
import torch.nn as nn
import torch.nn.functional as F


class Refrain(nn.Module):
    def __init__(self, notes=31, units=9, verse=8):
        super().__init__()
        self.verse = verse
        self.note = nn.Embedding(notes, 7)
        self.ahead, self.back = nn.GRU(7, units, batch_first=True), nn.GRU(7, units, batch_first=True)
        self.ask, self.answer = nn.Linear(2 * units, 6), nn.Linear(2 * units, 6)
        self.score, self.next = nn.Linear(6, 1), nn.Linear(4 * units, 3)

    def forward(self, song):
        heard = self.note(song)
        ahead = self.ahead(heard)[0]
        back = self.back(torch.flip(heard, [1]))[0]
        both = torch.cat((ahead, back), 2)
        verse, refrain = both[:, : self.verse], both[:, self.verse :]
        pairs = torch.tanh(self.ask(refrain)[:, :, None] + self.answer(verse)[:, None])
        weights = self.score(pairs).squeeze(3).softmax(2)
        context = weights @ verse
        return self.next(torch.cat((refrain, context), 2).amax(1))


def make_model():
    torch.manual_seed(0)
    return Refrain()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 31, (5, 14), generator=g),)


INPUT_AXES = (("batch", "seq"),)


def make_target():
    return torch.tensor([0, 2, 1, 1, 0])


TARGET_AXES = ("batch",)
loss_fn = F.cross_entropy
