import torch
import torch.nn as nn
import torch.nn.functional as F


class LM(nn.Module):
    def __init__(self, vocab=20):
        super().__init__()
        self.emb = nn.Embedding(vocab, 7)
        self.lstm = nn.LSTM(7, 9, batch_first=True)
        self.fc = nn.Linear(9, vocab)
        self.sm = nn.LogSoftmax()

    def forward(self, x):
        out, _ = self.lstm(self.emb(x))
        return self.sm(self.fc(out))


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return LM()


def make_inputs():
    G.manual_seed(1)
    return (ids(20, 6, 9),)


INPUT_AXES = (("batch", "seq"),)


def make_target():
    G.manual_seed(2)
    return ids(20, 6, 9)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.nll_loss(output.view(-1, 20), target.view(-1))
