import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=20, d=8):
        super().__init__()
        self.embed = nn.Embedding(vocab, d)
        self.doc, self.query = (nn.GRU(d, d, batch_first=True, bidirectional=True) for _ in range(2))

    def forward(self, doc, query):
        d, _ = self.doc(self.embed(doc))
        q, _ = self.query(self.embed(query))
        match = torch.bmm(d, q.transpose(1, 2))
        alpha = match.softmax(1)
        beta = match.softmax(2).mean(1, keepdim=True)
        return torch.bmm(alpha, beta.transpose(1, 2)).squeeze(2)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randint(0, 20, (5, 9), generator=g), torch.randint(0, 20, (5, 4), generator=g)


INPUT_AXES = (("batch", "seq"), ("batch", "words"))
