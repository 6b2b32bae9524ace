import torch
import torch.nn as nn
import torch.nn.functional as F


class Looks(nn.Module):
    def __init__(self, vocab=20, e=6, f=5, h=8):
        super().__init__()
        self.words, self.rnn = nn.Embedding(vocab, e), nn.GRU(e, h, batch_first=True)
        self.ask, self.say = nn.Linear(h, f), nn.Linear(h + f, vocab)

    def forward(self, picture, caption):
        h, _ = self.rnn(self.words(caption))
        looks = torch.bmm(self.ask(h), picture.transpose(1, 2)).softmax(dim=2)
        return self.say(torch.cat([h, looks @ picture], dim=2)), looks


def make_model():
    torch.manual_seed(0)
    return Looks()


def make_inputs(batch=4, seq=6):
    g = torch.Generator().manual_seed(1)
    return torch.randn(batch, 9, 5, generator=g), torch.randint(0, 20, (batch, seq), generator=g)


INPUT_AXES = (("batch", "region", "feature"), ("batch", "seq"))


def make_target(batch=4, seq=6):
    return torch.randint(0, 20, (batch, seq), generator=torch.Generator().manual_seed(2))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    scores, looks = output
    uneven = (looks.sum(0) - 1).pow(2).mean()
    return F.cross_entropy(scores.transpose(1, 2), target) + 0.5 * uneven
