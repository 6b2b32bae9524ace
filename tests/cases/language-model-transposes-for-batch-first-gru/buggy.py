import torch
import torch.nn as nn
import torch.nn.functional as F


class WordModel(nn.Module):
    def __init__(self, vocab=44, emb=10, hidden=15):
        super().__init__()
        self.emb = nn.Embedding(vocab, emb)
        self.rnn = nn.GRU(emb, hidden, num_layers=2, dropout=0.2, batch_first=True)
        self.out = nn.Linear(hidden, vocab)

    def forward(self, ids, state=None):
        x = self.emb(ids).transpose(0, 1)
        y, state = self.rnn(x, state)
        return self.out(y).transpose(0, 1), state


def make_model():
    torch.manual_seed(2)
    return WordModel().train()


def make_inputs(batch=6, seq=9):
    return (torch.randint(0, 44, (batch, seq)),)


INPUT_AXES = (("batch", "seq"),)


def make_target(batch=6, seq=9):
    return torch.randint(0, 44, (batch, seq))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    logits, _ = output
    return F.cross_entropy(logits.reshape(-1, logits.size(-1)), target.reshape(-1))
