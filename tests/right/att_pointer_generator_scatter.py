import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, vocab=30, d=12):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.encoder, self.cell = nn.LSTM(d, d, batch_first=True), nn.LSTMCell(d, d)
        self.w, self.v, self.cover = nn.Linear(2 * d, d), nn.Linear(d, 1), nn.Linear(1, d)
        self.out, self.gen = nn.Linear(2 * d, vocab), nn.Linear(3 * d, 1)

    def forward(self, words, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(words), lengths, batch_first=True, enforce_sorted=False)
        memory, (h, c) = self.encoder(packed)
        memory, _ = nn.utils.rnn.pad_packed_sequence(memory, batch_first=True)
        h, c, pad = h[0], c[0], words == 0
        coverage, token, outs = torch.zeros(words.shape), torch.ones(words.size(0), dtype=torch.long), []
        for _ in range(3):
            x = self.embed(token)
            h, c = self.cell(x, (h, c))
            both = torch.cat([memory, h.unsqueeze(1).expand_as(memory)], 2)
            e = self.v(torch.tanh(self.w(both) + self.cover(coverage.unsqueeze(2)))).squeeze(2)
            a = F.softmax(e.masked_fill(pad, float("-inf")), dim=1)
            coverage = coverage + a
            context = torch.einsum("bs,bsd->bd", a, memory)
            p = torch.sigmoid(self.gen(torch.cat([context, h, x], 1)))
            final = p * self.out(torch.cat([h, context], 1)).softmax(1)
            outs.append(final.scatter_add(1, words, (1 - p) * a))
            token = outs[-1].argmax(1)
        return torch.stack(outs, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 6, 9, 2, 5])[:6]
    words = torch.randint(1, 30, (6, 9), generator=g)
    return (words.masked_fill(torch.arange(9) >= lengths[:, None], 0), lengths)


INPUT_AXES = (("batch", "seq"), ("batch",))
