import torch
import torch.nn as nn


class Model(nn.Module):
    """Facts are sums of embedded words with a weight for each place; a question reads them three times."""

    def __init__(self, vocab=25, d=8, longest=6):
        super().__init__()
        self.a, self.c = nn.Embedding(vocab, d, padding_idx=0), nn.Embedding(vocab, d, padding_idx=0)
        self.register_buffer("place", torch.linspace(0.5, 1.5, longest).unsqueeze(1).expand(longest, d).clone())
        self.ask, self.out = nn.GRU(d, d, batch_first=True), nn.Linear(d, vocab)

    def forward(self, facts, question):
        keys = (self.a(facts) * self.place[: facts.size(2)]).sum(2)
        values = (self.c(facts) * self.place[: facts.size(2)]).sum(2)
        u = self.ask(self.a(question))[1][-1]
        for _ in range(3):
            p = torch.matmul(keys, u.unsqueeze(2)).squeeze(2).softmax(1)
            u = u + torch.matmul(p.unsqueeze(1), values).squeeze(1)
        return self.out(u)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    facts = torch.randint(1, 25, (4, 5, 6), generator=g)
    facts[1, :, 4:] = 0
    facts[3, :, 3:] = 0
    return facts, torch.randint(1, 25, (4, 3), generator=g)


INPUT_AXES = (("batch", "fact", "seq"), ("batch", "question"))
