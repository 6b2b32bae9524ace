import torch
import torch.nn as nn
import torch.nn.functional as F


class NumberSpeller(nn.Module):
    def __init__(self, digits=10, emb=5, hidden=11, vocab=26, steps=6):
        super().__init__()
        self.embed = nn.Embedding(digits, emb)
        self.encoder = nn.GRU(emb, hidden, batch_first=True)
        self.cell = nn.GRUCell(vocab, hidden)
        self.out = nn.Linear(hidden, vocab)
        self.vocab, self.steps = vocab, steps

    def forward(self, digits):
        _, h = self.encoder(self.embed(digits))
        h = h[0]
        previous = torch.zeros(h.size(0), self.vocab)
        outputs = []
        for _ in range(self.steps):
            h = self.cell(previous, h)
            previous = self.out(h)
            outputs.append(previous)
        return torch.cat(outputs).view(-1, self.steps, self.vocab)


def make_model():
    torch.manual_seed(47)
    return NumberSpeller()


def make_inputs(batch=5, seq=4):
    return (torch.randint(0, 10, (batch, seq)),)


INPUT_AXES = (("batch", "seq"),)


def make_target(batch=5, seq=4):
    return torch.randint(0, 26, (batch, 6))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.cross_entropy(output.reshape(-1, 26), target.reshape(-1))
