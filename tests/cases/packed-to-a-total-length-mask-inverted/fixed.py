import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Tagger(nn.Module):
    def __init__(self, vocab=20, d=8):
        super().__init__()
        self.embed = nn.Embedding(vocab, d)
        self.rnn = nn.LSTM(d, d // 2, bidirectional=True)
        self.mha = nn.MultiheadAttention(d, 2)
        self.out = nn.Linear(d, 4)

    def forward(self, words, lengths):
        packed = pack_padded_sequence(self.embed(words), lengths, enforce_sorted=False)
        y, _ = pad_packed_sequence(self.rnn(packed)[0], total_length=words.size(0))
        places = torch.arange(words.size(0)).unsqueeze(0)
        mask = places >= lengths.unsqueeze(1)
        z, _ = self.mha(y, y, y, key_padding_mask=mask)
        return self.out(y + z)


def make_model():
    torch.manual_seed(0)
    return Tagger()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([5, 3, 6, 2])
    return torch.randint(1, 20, (9, 4), generator=g) * (torch.arange(9)[:, None] < lengths), lengths


INPUT_AXES = (("seq", "batch"), ("batch",))
