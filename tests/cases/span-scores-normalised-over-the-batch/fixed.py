import torch
import torch.nn as nn
import torch.nn.functional as F


class SpanReader(nn.Module):
    def __init__(self, emb=7, hidden=9):
        super().__init__()
        self.rnn = nn.LSTM(emb, hidden, bidirectional=True, batch_first=True)
        self.span = nn.Linear(2 * hidden, 2)

    def forward(self, passage):
        scores = self.span(self.rnn(passage)[0])
        start, end = (s.squeeze(-1).log_softmax(1) for s in scores.split(1, dim=-1))
        return start, end


def make_model():
    torch.manual_seed(95)
    return SpanReader()


def make_inputs(batch=4, seq=9):
    return (torch.randn(batch, seq, 7),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target(batch=4, seq=9):
    return torch.randint(0, seq, (batch,))


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return F.nll_loss(output[0], target) + F.nll_loss(output[1], target)
