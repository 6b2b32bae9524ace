import torch
import torch.nn as nn


class Seq2SeqForecast(nn.Module):
    def __init__(self, feat=4, hidden=9, horizon=5):
        super().__init__()
        self.horizon = horizon
        self.encoder = nn.LSTM(feat, hidden, batch_first=True)
        self.cell = nn.LSTMCell(feat, hidden)
        self.proj = nn.Linear(hidden, feat)

    def forward(self, x):
        _, (h, c) = self.encoder(x)
        h, c = h[0], c[0]
        inp, preds = x[:, -1], []
        for _ in range(self.horizon):
            h, c = self.cell(inp, (h, c))
            inp = self.proj(h)
            preds.append(inp)
        return torch.stack(preds).view(x.size(0), self.horizon, -1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Seq2SeqForecast()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
