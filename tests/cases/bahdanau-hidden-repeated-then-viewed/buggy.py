import torch
import torch.nn as nn
import torch.nn.functional as F


class Bahdanau(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.w = nn.Linear(2 * hidden, hidden)
        self.v = nn.Linear(hidden, 1, bias=False)

    def forward(self, query, keys):
        b, t, h = keys.shape
        query = query.repeat(t, 1).view(b, t, h)
        scores = self.v(torch.tanh(self.w(torch.cat([query, keys], dim=2)))).squeeze(2)
        weights = F.softmax(scores, dim=1)
        return torch.bmm(weights.unsqueeze(1), keys).squeeze(1)


class DateTranslator(nn.Module):
    def __init__(self, vocab=33, emb=6, hidden=10, steps=4):
        super().__init__()
        self.steps = steps
        self.embed = nn.Embedding(vocab, emb)
        self.encoder = nn.GRU(emb, hidden, batch_first=True)
        self.attention = Bahdanau(hidden)
        self.cell = nn.GRUCell(hidden, hidden)
        self.out = nn.Linear(2 * hidden, vocab)

    def forward(self, ids):
        keys, state = self.encoder(self.embed(ids))
        state, logits = state[-1], []
        for _ in range(self.steps):
            context = self.attention(state, keys)
            state = self.cell(context, state)
            logits.append(self.out(torch.cat([state, context], 1)))
        return torch.stack(logits, 1)


def make_model():
    torch.manual_seed(43)
    return DateTranslator()


def make_inputs(batch=5, seq=7):
    return (torch.randint(0, 33, (batch, seq)),)


INPUT_AXES = (("batch", "seq"),)


def make_target(batch=5, seq=7):
    return torch.randint(0, 33, (batch, 4))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.cross_entropy(output.flatten(0, 1), target.flatten())
