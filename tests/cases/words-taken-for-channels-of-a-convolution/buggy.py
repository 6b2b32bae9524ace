import torch
import torch.nn as nn
import torch.nn.functional as F


class Headlines(nn.Module):
    def __init__(self, vocab=30, d=10, h=7, topics=4):
        super().__init__()
        self.embed = nn.Embedding(vocab, d)
        self.window = nn.Conv1d(d, d, 3, padding=1)
        self.rnn = nn.LSTM(d, h, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * h, topics)

    def forward(self, words):
        e = self.embed(words)
        e = e + F.relu(self.window(e))
        y, _ = self.rnn(e)
        return self.fc(y.mean(1))


def make_model():
    torch.manual_seed(0)
    return Headlines()


def make_inputs(batch=6):
    g = torch.Generator().manual_seed(1)
    return (torch.randint(1, 30, (batch, 10), generator=g),)


INPUT_AXES = (("batch", "seq"),)
