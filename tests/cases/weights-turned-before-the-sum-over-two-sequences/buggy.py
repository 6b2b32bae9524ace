import torch
import torch.nn as nn


class Pair(nn.Module):
    def __init__(self, vocab=15, d=8):
        super().__init__()
        self.embed, self.rnn = nn.Embedding(vocab, d), nn.LSTM(d, d, batch_first=True)
        self.fc = nn.Linear(2 * d, 3)

    def forward(self, premise, hypothesis):
        a, _ = self.rnn(self.embed(premise))
        b, _ = self.rnn(self.embed(hypothesis))
        weights = torch.matmul(a, b.transpose(1, 2)).softmax(dim=-1)
        read = torch.matmul(weights.transpose(1, 2), b)
        return self.fc(torch.cat([a, read], -1).amax(1))


def make_model():
    torch.manual_seed(0)
    return Pair()


def make_inputs(batch=5, seq=7):
    g = torch.Generator().manual_seed(1)
    return torch.randint(0, 15, (batch, seq), generator=g), torch.randint(0, 15, (batch, seq), generator=g)


INPUT_AXES = (("batch", "seq"), ("batch", "seq"))
