import torch
import torch.nn as nn


class AuthorId(nn.Module):
    def __init__(self, emb=6, hidden=11, authors=5):
        super().__init__()
        self.rnn = nn.LSTM(emb, hidden, 2, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, authors)

    def forward(self, text):
        out, _ = self.rnn(text)
        pooled, _ = torch.max(out, 0)
        return self.fc(pooled)


def make_model():
    torch.manual_seed(54)
    return AuthorId()


def make_inputs(batch=4, seq=10):
    return (torch.randn(seq, batch, 6),)


INPUT_AXES = (("seq", "batch", "feature"),)
