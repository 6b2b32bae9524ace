import torch
import torch.nn as nn


class Transliterator(nn.Module):
    def __init__(self, source=31, target=27, emb=8, hidden=12):
        super().__init__()
        self.source, self.target = nn.Embedding(source, emb), nn.Embedding(target, emb)
        self.encoder = nn.LSTM(emb, hidden, batch_first=True)
        self.cell = nn.LSTMCell(emb, hidden)
        self.score = nn.Linear(hidden, target)

    def forward(self, ids, previous):
        _, (h, c) = self.encoder(self.source(ids))
        h, c = h.squeeze(0), c.squeeze(0)
        scores = []
        for t in range(previous.size(1)):
            h, c = self.cell(self.target(previous[:, t]), (h, c))
            scores.append(self.score(h))
        return torch.stack(scores, 1)


def make_model():
    torch.manual_seed(48)
    return Transliterator()


def make_inputs(batch=5, seq=7):
    return torch.randint(0, 31, (batch, seq)), torch.randint(0, 27, (batch, 6))


INPUT_AXES = (("batch", "seq"), ("batch", "seq"))


def make_target(batch=5, seq=7):
    return torch.randint(0, 27, (batch, 6))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return nn.CrossEntropyLoss()(output.view(-1, output.shape[-1]), target.contiguous().view(-1))
