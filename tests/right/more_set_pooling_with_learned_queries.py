import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Model(nn.Module):
    """A learned query for each answer pools the steps; padding is left out by a float mask."""

    def __init__(self, vocab=25, d=8, answers=3):
        super().__init__()
        self.embed, self.rnn = nn.Embedding(vocab, d, padding_idx=0), nn.LSTM(d, d // 2, bidirectional=True, batch_first=True)
        self.queries, self.mha = nn.Parameter(torch.randn(answers, d)), nn.MultiheadAttention(d, 2, batch_first=True)
        self.out = nn.Linear(d, 1)

    def forward(self, words):
        lengths = (words != 0).sum(1)
        y, _ = self.rnn(pack_padded_sequence(self.embed(words), lengths, batch_first=True, enforce_sorted=False))
        y, _ = pad_packed_sequence(y, batch_first=True, total_length=words.size(1))
        mask = torch.zeros(words.shape).masked_fill(words == 0, float("-inf"))
        q = self.queries.expand(words.size(0), -1, -1)
        return self.out(self.mha(q, y, y, key_padding_mask=mask)[0]).squeeze(-1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    words = torch.randint(1, 25, (5, 8), generator=g)
    return (words.masked_fill(torch.arange(8) >= torch.tensor([8, 3, 5, 8, 6])[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
