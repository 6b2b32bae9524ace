import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, vocab=30, d=12):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.encoder = nn.GRU(d, d)
        self.decoder = nn.GRU(d, d)
        self.wa, self.wc, self.out = nn.Linear(d, d), nn.Linear(2 * d, d), nn.Linear(d, vocab)

    def forward(self, words, lengths):
        source = words.t()
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(source), lengths, enforce_sorted=False)
        memory, h = self.encoder(packed)
        memory, _ = nn.utils.rnn.pad_packed_sequence(memory)
        token = torch.ones(1, source.size(1), dtype=torch.long)
        logits = []
        for _ in range(4):
            y, h = self.decoder(self.embed(token), h)
            scores = torch.sum(y * self.wa(memory), dim=2).t()
            scores = scores.masked_fill(words == 0, float("-inf"))
            w = F.softmax(scores, dim=1).unsqueeze(1)
            context = w.bmm(memory.transpose(0, 1)).squeeze(1)
            joined = torch.tanh(self.wc(torch.cat((y.squeeze(0), context), 1)))
            logits.append(self.out(joined))
            token = logits[-1].argmax(1).unsqueeze(0)
        return torch.stack(logits)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 6, 9, 2, 5])[:6]
    words = torch.randint(1, 30, (6, 9), generator=g)
    return (words.masked_fill(torch.arange(9) >= lengths[:, None], 0), lengths)


INPUT_AXES = (("batch", "seq"), ("batch",))
