import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, vocab=30, d=12):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.encoder = nn.LSTM(d, d, batch_first=True, bidirectional=True)
        self.cell = nn.GRUCell(3 * d, d)
        self.key, self.query, self.energy = nn.Linear(2 * d, d), nn.Linear(d, d), nn.Linear(d, 1)
        self.out = nn.Linear(d, vocab)

    def forward(self, words, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(words), lengths, batch_first=True, enforce_sorted=False)
        memory, (h, _) = self.encoder(packed)
        memory, _ = nn.utils.rnn.pad_packed_sequence(memory, batch_first=True)
        h = h[-2] + h[-1]
        keys, keep = self.key(memory), (words != 0).float()
        y = torch.ones(words.size(0), dtype=torch.long)
        logits = []
        for _ in range(3):
            e = self.energy(torch.tanh(keys + self.query(h).unsqueeze(1))).squeeze(2)
            a = F.softmax(e, dim=1) * keep
            a = a / a.sum(dim=1, keepdim=True).clamp(min=1e-9)
            context = torch.bmm(a.unsqueeze(1), memory).squeeze(1)
            h = self.cell(torch.cat([self.embed(y), context], 1), h)
            logits.append(self.out(h))
            y = logits[-1].argmax(-1)
        return torch.stack(logits, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 6, 9, 2, 5])[:6]
    words = torch.randint(1, 30, (6, 9), generator=g)
    return (words.masked_fill(torch.arange(9) >= lengths[:, None], 0), lengths)


INPUT_AXES = (("batch", "seq"), ("batch",))
