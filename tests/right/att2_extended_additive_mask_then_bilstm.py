import math

import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=30, d=16, heads=4, tags=5):
        super().__init__()
        self.word, self.place = nn.Embedding(vocab, d, padding_idx=0), nn.Embedding(32, d)
        self.norm = nn.LayerNorm(d)
        self.q, self.k, self.v = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
        self.dense = nn.Linear(d, d)
        self.heads = heads
        self.rnn = nn.LSTM(d, d, batch_first=True, bidirectional=True)
        self.tags = nn.Linear(2 * d, tags)

    def split(self, x):
        return x.view(x.size(0), x.size(1), self.heads, -1).permute(0, 2, 1, 3)

    def forward(self, input_ids, attention_mask):
        extended = (1.0 - attention_mask[:, None, None, :].float()) * -10000.0
        places = torch.arange(input_ids.size(1)).unsqueeze(0).expand_as(input_ids)
        x = self.norm(self.word(input_ids) + self.place(places))
        scores = torch.matmul(self.split(self.q(x)), self.split(self.k(x)).transpose(-1, -2))
        probs = nn.functional.softmax(scores / math.sqrt(x.size(-1) // self.heads) + extended, dim=-1)
        context = torch.matmul(probs, self.split(self.v(x))).permute(0, 2, 1, 3).contiguous()
        x = self.norm(x + self.dense(context.view(*context.size()[:-2], x.size(-1))))
        lengths = attention_mask.sum(1)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        y, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.size(1))
        return self.tags(y)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    mask = (torch.arange(9) < torch.tensor([9, 4, 6, 7])[:, None]).long()
    return torch.randint(1, 30, (4, 9), generator=g) * mask, mask


INPUT_AXES = (("batch", "seq"), ("batch", "seq"))
