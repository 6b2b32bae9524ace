import torch
import torch.nn as nn
import torch.nn.functional as F


class TextRCNN(nn.Module):
    def __init__(self, vocab=50, emb=6, hidden=5, T=12):
        super().__init__()
        self.embedding = nn.Embedding(vocab, emb)
        self.lstm = nn.LSTM(emb, hidden, bidirectional=True, batch_first=True)
        self.W2 = nn.Linear(2 * hidden + emb, 12)
        self.label = nn.Linear(12, 4)

    def forward(self, x):
        e = self.embedding(x)
        out, _ = self.lstm(e)
        y = torch.tanh(self.W2(torch.cat((out, e), 2)))
        y = y.permute(0, 2, 1)
        y = F.max_pool1d(y, y.size(2))
        return self.label(y.squeeze(2))


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return TextRCNN()


def make_inputs():
    G.manual_seed(1)
    return (ids(50, 6, 12),)


INPUT_AXES = (("batch", "seq"),)
