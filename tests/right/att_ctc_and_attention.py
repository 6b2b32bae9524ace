import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12, vocab=7):
        super().__init__()
        self.encoder = nn.LSTM(f, d, batch_first=True, bidirectional=True)
        self.ctc = nn.Linear(2 * d, vocab)
        self.embed, self.cell = nn.Embedding(vocab, d), nn.LSTMCell(3 * d, d)
        self.query, self.key, self.loc = nn.Linear(d, d), nn.Linear(2 * d, d), nn.Conv1d(1, d, 3, padding=1)
        self.score, self.out = nn.Linear(d, 1), nn.Linear(d, vocab)

    def forward(self, x):
        memory, _ = self.encoder(x)
        frames = self.ctc(memory).log_softmax(-1).transpose(0, 1)
        h = c = x.new_zeros(x.size(0), self.out.in_features)
        w = x.new_full(x.shape[:2], 1 / x.size(1))
        token, keys, logits = torch.zeros(x.size(0), dtype=torch.long), self.key(memory), []
        for _ in range(3):
            where = self.loc(w.unsqueeze(1)).transpose(1, 2)
            w = self.score(torch.tanh(keys + self.query(h).unsqueeze(1) + where)).squeeze(2).softmax(1)
            context = (w.unsqueeze(2) * memory).sum(1)
            h, c = self.cell(torch.cat([self.embed(token), context], 1), (h, c))
            logits.append(self.out(h))
            token = logits[-1].argmax(1)
        return frames, torch.stack(logits, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
