import torch
import torch.nn as nn


class Captioner(nn.Module):
    def __init__(self, emb=7, hidden=10, classes=4):
        super().__init__()
        self.rnn = nn.GRU(emb, hidden, batch_first=True)
        self.attn = nn.Linear(hidden, 1)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, x):
        states, _ = self.rnn(x)
        alpha = torch.softmax(self.attn(states), dim=1)
        context = (alpha * states).sum(0)
        return self.fc(context)


def make_model():
    torch.manual_seed(42)
    return Captioner()


def make_inputs(batch=5, seq=9):
    return (torch.randn(batch, seq, 7),)


INPUT_AXES = (("batch", "seq", "feature"),)
