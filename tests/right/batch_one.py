import torch
import torch.nn as nn
import torch.nn.functional as F


class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(30, 6)
        self.lstm = nn.LSTM(6, 4, bidirectional=True)
        self.h2t = nn.Linear(8, 5)

    def forward(self, sentence):
        e = self.emb(sentence).view(len(sentence), 1, -1)
        o, _ = self.lstm(e)
        return F.log_softmax(self.h2t(o.view(len(sentence), -1)), dim=1)


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return M()


def make_inputs():
    G.manual_seed(1)
    return (ids(30, 9),)


INPUT_AXES = (("seq",),)


def make_target():
    G.manual_seed(2)
    return ids(5, 9)


TARGET_AXES = ("seq",)


def loss_fn(output, target):
    return F.nll_loss(output, target)
