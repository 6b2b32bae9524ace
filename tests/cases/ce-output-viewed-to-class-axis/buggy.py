import torch
import torch.nn as nn
import torch.nn.functional as F


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(40, 7)
        self.lstm = nn.LSTM(7, 9, batch_first=True)
        self.fc = nn.Linear(9, 5)

    def forward(self, x):
        return self.fc(self.lstm(self.emb(x))[0])


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Tagger()


def make_inputs():
    G.manual_seed(1)
    return (ids(40, 6, 9),)


INPUT_AXES = (("batch", "seq"),)


def make_target():
    G.manual_seed(2)
    return ids(5, 6, 9)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.cross_entropy(output.view(output.size(0), 5, -1), target)
