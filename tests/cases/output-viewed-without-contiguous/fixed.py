import torch
import torch.nn as nn


class Labeler(nn.Module):
    def __init__(self, vocab=40, emb=6, hidden=9, labels=4):
        super().__init__()
        self.embed = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden)
        self.label = nn.Linear(hidden, labels)

    def forward(self, ids):
        y, _ = self.gru(self.embed(ids))
        y = y.permute(1, 0, 2)
        return self.label(y.reshape(-1, y.size(2)))


def make_model():
    torch.manual_seed(71)
    return Labeler()


def make_inputs(batch=5, seq=7):
    return (torch.randint(0, 40, (seq, batch)),)


INPUT_AXES = (("seq", "batch"),)
