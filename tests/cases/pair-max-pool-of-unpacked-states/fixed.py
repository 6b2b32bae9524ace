import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(30, 6, padding_idx=0)
        self.rnn = nn.LSTM(6, 8, batch_first=True, bidirectional=True)
        self.out = nn.Linear(16, 3)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.emb(x), lengths, batch_first=True, enforce_sorted=False)
        y, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, padding_value=-1.0)
        return self.out(F.max_pool1d(y.transpose(1, 2), y.size(1)).squeeze(2))


def tokens(lengths, steps):
    ids = torch.randint(1, 30, (len(lengths), steps))
    return ids * (torch.arange(steps) < torch.tensor(lengths)[:, None])


def make_model():
    torch.manual_seed(0)
    return Pair()


def make_inputs():
    torch.manual_seed(1)
    return (tokens([5, 9, 3, 7, 9], 9), torch.tensor([5, 9, 3, 7, 9]),)


INPUT_AXES = (("batch", "seq"), ("batch",),)
