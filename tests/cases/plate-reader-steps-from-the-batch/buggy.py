import torch
import torch.nn as nn
import torch.nn.functional as F


class Reader(nn.Module):
    def __init__(self, letters=11):
        super().__init__()
        self.rnn = nn.GRU(5, 8, bidirectional=True, batch_first=True)
        self.scores = nn.Linear(16, letters)

    def forward(self, x):
        return self.scores(self.rnn(x)[0]).log_softmax(2)


def make_model():
    torch.manual_seed(0)
    return Reader()


def make_inputs(batch=6, seq=18):
    return (torch.randn(batch, seq, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target(batch=6):
    return torch.randint(1, 11, (batch, 4))


TARGET_AXES = ("batch", "letter")


def loss_fn(output, target):
    steps = torch.full((target.size(0),), output.size(0), dtype=torch.long)
    letters = torch.full((target.size(0),), target.size(1), dtype=torch.long)
    return F.ctc_loss(output.transpose(0, 1), target, steps, letters, zero_infinity=True)
