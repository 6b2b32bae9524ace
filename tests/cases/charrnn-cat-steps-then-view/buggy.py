import torch
import torch.nn as nn
from torch.autograd import Variable


class CharRNN(nn.Module):
    def __init__(self, vocab=20, hidden=11):
        super().__init__()
        self.hidden_size = hidden
        self.encoder = nn.Embedding(vocab, hidden)
        self.cell = nn.GRUCell(hidden, hidden)
        self.decoder = nn.Linear(hidden, vocab)

    def forward(self, chars):
        h = Variable(torch.zeros(chars.size(0), self.hidden_size))
        outs = []
        for c in range(chars.size(1)):
            h = self.cell(self.encoder(chars[:, c]), h)
            outs.append(self.decoder(h))
        return torch.cat(outs, 0).view(chars.size(0), chars.size(1), -1)


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return CharRNN()


def make_inputs():
    G.manual_seed(1)
    return (ids(20, 6, 9),)


INPUT_AXES = (("batch", "seq"),)


def make_target():
    G.manual_seed(2)
    return ids(20, 6, 9)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return nn.CrossEntropyLoss()(output.reshape(-1, 20), target.reshape(-1))
