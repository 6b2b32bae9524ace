import torch
import torch.nn as nn


class Queries(nn.Module):
    def __init__(self, vocab=30, d=9, h=6, kinds=4):
        super().__init__()
        self.embed, self.rnn, self.fc = nn.Embedding(vocab, d), nn.GRU(d, h), nn.Linear(h, kinds)

    def forward(self, words, lengths):
        e = self.embed(words)
        y, _ = self.rnn(e)
        at = (lengths - 1)[None, :, None].expand(1, -1, y.size(-1))
        return self.fc(torch.gather(y, 0, at)[0])


def make_model():
    torch.manual_seed(0)
    return Queries()


def make_inputs(batch=5, seq=7):
    g = torch.Generator().manual_seed(1)
    return torch.randint(1, 30, (seq, batch), generator=g), torch.randint(1, seq + 1, (batch,), generator=g)


INPUT_AXES = (("seq", "batch"), ("batch",))
