import torch
import torch.nn as nn


class CodeTranslator(nn.Module):
    def __init__(self, vocab=48, width=12, layers=2):
        super().__init__()
        self.embed = nn.Embedding(vocab, width)
        self.encoder = nn.LSTM(width, width // 2, layers, bidirectional=True)
        self.decoder = nn.LSTM(width, width, layers)
        self.out = nn.Linear(width, vocab)

    @staticmethod
    def merge(state):
        rows, batch, half = state.shape
        return state.reshape(rows // 2, batch, 2 * half)

    def forward(self, source, target):
        _, (h, c) = self.encoder(self.embed(source))
        y, _ = self.decoder(self.embed(target), (self.merge(h), self.merge(c)))
        return self.out(y)


def make_model():
    torch.manual_seed(28)
    return CodeTranslator()


def make_inputs(batch=5, seq=9):
    return torch.randint(0, 48, (seq, batch)), torch.randint(0, 48, (6, batch))


INPUT_AXES = (("seq", "batch"), ("seq", "batch"))
