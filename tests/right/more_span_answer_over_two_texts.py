import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """Attention both ways between a text and a question, and a softmax over the text for the ends of the answer."""

    def __init__(self, vocab=25, d=6):
        super().__init__()
        self.embed, self.read = nn.Embedding(vocab, d), nn.LSTM(d, d, batch_first=True, bidirectional=True)
        self.score, self.model = nn.Linear(6 * d, 1), nn.GRU(8 * d, d, batch_first=True)
        self.start, self.end = nn.Linear(d, 1), nn.Linear(d, 1)

    def forward(self, text, question):
        c, q = self.read(self.embed(text))[0], self.read(self.embed(question))[0]
        t, j = c.size(1), q.size(1)
        wide = c.unsqueeze(2).expand(-1, -1, j, -1), q.unsqueeze(1).expand(-1, t, -1, -1)
        s = self.score(torch.cat([*wide, wide[0] * wide[1]], -1)).squeeze(-1)
        c2q = torch.bmm(s.softmax(2), q)
        q2c = torch.bmm(s.max(2).values.softmax(1).unsqueeze(1), c).expand(-1, t, -1)
        y, _ = self.model(torch.cat([c, c2q, c * c2q, c * q2c], -1))
        return self.start(y).squeeze(-1).log_softmax(1), self.end(y).squeeze(-1).log_softmax(1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randint(1, 25, (4, 9), generator=g), torch.randint(1, 25, (4, 5), generator=g)


INPUT_AXES = (("batch", "text"), ("batch", "question"))


def make_target():
    g = torch.Generator().manual_seed(2)
    return torch.randint(0, 9, (4, 2), generator=g)


TARGET_AXES = ("batch", "end")


def loss_fn(output, target):
    start, end = output
    return F.nll_loss(start, target[:, 0]) + F.nll_loss(end, target[:, 1])
