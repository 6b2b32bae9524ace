import torch
import torch.nn as nn


class LuongDecoder(nn.Module):
    def __init__(self, features=5, hidden=8, vocab=17):
        super().__init__()
        self.encoder = nn.GRU(features, hidden)
        self.decoder = nn.GRU(features, hidden)
        self.out = nn.Linear(2 * hidden, vocab)

    def forward(self, source, target):
        keys, state = self.encoder(source)
        query, _ = self.decoder(target, state)
        scores = torch.einsum("qbh,kbh->bqk", query, keys)
        context = torch.bmm(scores.softmax(-1), keys)
        return self.out(torch.cat([query.transpose(0, 1), context], dim=-1))


def make_model():
    torch.manual_seed(81)
    return LuongDecoder()


def make_inputs(batch=4, seq=9):
    return torch.randn(seq, batch, 5), torch.randn(6, batch, 5)


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch", "feature"))
