import torch
import torch.nn as nn


class Seq2Seq(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.cell = nn.LSTM(3, 8), nn.LSTMCell(3, 8)
        self.fc = nn.Linear(16, 2)

    def forward(self, x, y):
        states, (h, c) = self.encoder(x)
        h, c, steps = h[-1], c[-1], []
        for step in y:
            h, c = self.cell(step, (h, c))
            steps.append(h)
        queries, keys = torch.stack(steps, 1), states.transpose(0, 1)
        scores = queries @ keys.mT
        weights = scores.softmax(-2)
        return self.fc(torch.cat([weights @ keys, queries], 2))


def make_model():
    torch.manual_seed(0)
    return Seq2Seq()


def make_inputs(batch=4, seq=6):
    torch.manual_seed(1)
    return torch.randn(seq, batch, 3), torch.randn(seq, batch, 3)


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch", "feature"))
