import torch
import torch.nn as nn


class Chain(nn.Module):
    def __init__(self, tags=4):
        super().__init__()
        self.begin, self.moves = nn.Parameter(torch.randn(tags)), nn.Parameter(torch.randn(tags, tags))

    def forward(self, scores):
        alpha = self.begin + scores[0]
        for at in range(1, len(scores)):
            alpha = torch.logsumexp(alpha.unsqueeze(2) + self.moves, dim=1) + scores[at]
        return alpha.logsumexp(1).mean()


class Tagger(nn.Module):
    def __init__(self, words=30, hidden=6, tags=4):
        super().__init__()
        self.embed = nn.Embedding(words, 8)
        self.rnn = nn.GRU(8, hidden, batch_first=True, bidirectional=True)
        self.score, self.chain = nn.Linear(2 * hidden, tags), Chain(tags)

    def forward(self, words):
        scores = self.score(self.rnn(self.embed(words))[0])
        return self.chain(scores.transpose(0, 1))


def make_model():
    torch.manual_seed(0)
    return Tagger()


def make_inputs(batch=4, seq=7):
    return (torch.randint(0, 30, (batch, seq), generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq"),)
