
import torch
import torch.nn as nn
import torch.nn.functional as F


class RNNModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Embedding(30, 8)
        self.rnns = nn.ModuleList([nn.LSTM(8, 12), nn.LSTM(12, 8)])
        self.decoder = nn.Linear(8, 30)
        self.decoder.weight = self.encoder.weight

    def init_hidden(self, bsz):
        weight = next(self.parameters()).data
        return [(weight.new(1, bsz, h).zero_(), weight.new(1, bsz, h).zero_()) for h in (12, 8)]

    def forward(self, x):
        hidden = self.init_hidden(x.size(0))
        raw = self.encoder(x)
        new = []
        for l, rnn in enumerate(self.rnns):
            raw, h = rnn(raw, hidden[l])
            new.append(h)
            if l != 1:
                raw = F.dropout(raw, 0.3, self.training)
        return self.decoder(raw.view(raw.size(0) * raw.size(1), raw.size(2)))


def make_model():
    torch.manual_seed(0)
    return RNNModel()


def make_inputs():
    return (torch.randint(0, 30, (11, 5)),)


INPUT_AXES = (("seq", "batch"),)
