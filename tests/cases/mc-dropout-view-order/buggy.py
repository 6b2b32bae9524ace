
import torch
import torch.nn as nn
import torch.nn.functional as F


class MCLSTM(nn.Module):
    def __init__(self, S=4):
        super().__init__()
        self.S = S
        self.rnn = nn.LSTM(5, 12, batch_first=True)
        self.fc = nn.Sequential(nn.Dropout(0.3), nn.Linear(12, 3))

    def forward(self, x):
        B = x.size(0)
        xs = x.repeat(self.S, 1, 1)
        o, (h, c) = self.rnn(xs)
        logits = self.fc(h[-1])
        probs = F.softmax(logits, -1).view(B, self.S, -1)
        return probs.mean(1), probs.std(1)


def make_model():
    torch.manual_seed(0)
    return MCLSTM()


def make_inputs():
    return (torch.randn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
