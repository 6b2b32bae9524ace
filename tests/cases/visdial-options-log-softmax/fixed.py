
import torch
import torch.nn as nn
import torch.nn.functional as F


class Disc(nn.Module):
    def __init__(self):
        super().__init__()
        self.word_embed = nn.Embedding(30, 8)
        self.option_rnn = nn.LSTM(8, 12, batch_first=True)
        self.q_rnn = nn.LSTM(8, 12, 2, batch_first=True, dropout=0.2)
        self.log_softmax = nn.LogSoftmax(dim=1)

    def forward(self, ques, options):
        b, n, l = options.size()
        _, (q, _) = self.q_rnn(self.word_embed(ques))
        o = self.word_embed(options.view(-1, l))
        _, (o, _) = self.option_rnn(o)
        o = o.squeeze(0).view(b, n, -1)
        scores = torch.bmm(o, q[-1].unsqueeze(2)).squeeze(2)
        return self.log_softmax(scores)


def make_model():
    torch.manual_seed(0)
    return Disc()


def make_inputs():
    return torch.randint(0, 30, (5, 9)), torch.randint(0, 30, (5, 4, 7))


INPUT_AXES = (("batch", "seq"), ("batch", "option", "seq"))


def make_target():
    return torch.randint(0, 4, (5,))


TARGET_AXES = ("batch",)


def loss_fn(o, t):
    return F.nll_loss(o, t)
