
import torch
import torch.nn as nn


class LockedDropout(nn.Module):
    def forward(self, x, dropout=0.4):
        if not self.training or not dropout:
            return x
        m = x.data.new(x.size(0), 1, x.size(2)).bernoulli_(1 - dropout)
        mask = m / (1 - dropout)
        mask = mask.expand_as(x)
        return mask * x


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(30, 8)
        self.lockdrop = LockedDropout()
        self.rnn = nn.LSTM(8, 12, batch_first=True)
        self.fc = nn.Linear(12, 30)

    def forward(self, x):
        y = self.lockdrop(self.emb(x))
        y, _ = self.rnn(y)
        return self.fc(self.lockdrop(y))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    return (torch.randint(0, 30, (5, 9)),)


INPUT_AXES = (("batch", "seq"),)
