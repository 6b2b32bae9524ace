import torch
import torch.nn as nn


class Sentiment(nn.Module):
    def __init__(self, vocab=70, h=11):
        super().__init__()
        self.embedding = nn.Embedding(vocab, 9)
        self.rnn = nn.LSTM(9, h, num_layers=2, bidirectional=True)
        self.fc = nn.Linear(2 * h, 1)

    def forward(self, text):
        embedded = self.embedding(text)
        output, (hidden, cell) = self.rnn(embedded)
        return self.fc(torch.cat((hidden[-2], hidden[-1]), dim=1))


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Sentiment()


def make_inputs():
    G.manual_seed(1)
    return (ids(70, 9, 6),)


INPUT_AXES = (("seq", "batch"),)
