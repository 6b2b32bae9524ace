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
    return torch.randint(1, 11, (batch, 8))


TARGET_AXES = ("batch", "letter")


def loss_fn(output, target):
    scores = output.permute(1, 0, 2)
    steps, batch, _ = scores.shape
    return F.ctc_loss(scores, target, [steps] * batch, [target.shape[1]] * batch, zero_infinity=True)
