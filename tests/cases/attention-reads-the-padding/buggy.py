import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=30, dim=12):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim, padding_idx=0)
        self.rnn = nn.LSTM(dim, dim, batch_first=True)
        self.score = nn.Linear(dim, 1, bias=False)
        self.out = nn.Linear(dim, 2)

    def forward(self, words, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(words), lengths, batch_first=True, enforce_sorted=False)
        h, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        scores = self.score(torch.tanh(h)).squeeze(-1)
        weights = torch.softmax(scores, dim=-1)
        return self.out(torch.bmm(weights.unsqueeze(1), h).squeeze(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 7, 9, 2, 5, 8, 3])[:batch].clamp(max=seq)
    words = torch.randint(1, 30, (batch, seq), generator=g)
    return words.masked_fill(torch.arange(seq) >= lengths[:, None], 0), lengths


INPUT_AXES = (("batch", "seq"), ("batch",))
