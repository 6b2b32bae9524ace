import torch
import torch.nn as nn
import torch.nn.functional as F


class NextWord(nn.Module):
    def __init__(self, vocab=31, emb=7, hidden=9):
        super().__init__()
        self.embed = nn.Embedding(vocab, emb)
        self.rnn = nn.RNN(emb, hidden, batch_first=True)
        self.out = nn.Linear(hidden, vocab)

    def forward(self, ids):
        y, _ = self.rnn(self.embed(ids))
        return self.out(y[:, -1])


def make_model():
    torch.manual_seed(84)
    return NextWord()


def make_inputs(batch=4, seq=8):
    return (torch.randint(0, 31, (batch, seq)),)


INPUT_AXES = (("batch", "seq"),)


def make_target(batch=4, seq=8):
    return torch.randint(0, 31, (batch, seq))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.cross_entropy(output.reshape(-1, output.size(-1)), target.reshape(-1))
