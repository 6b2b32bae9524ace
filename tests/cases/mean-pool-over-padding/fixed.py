import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class MeanPool(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(40, 7, padding_idx=0)
        self.rnn = nn.LSTM(7, 9, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(18, 3)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.emb(x), lengths, batch_first=True, enforce_sorted=False)
        out, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.size(1))
        pooled = out.sum(dim=1) / lengths.unsqueeze(1).float()
        return self.fc(pooled)


G = torch.Generator()


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return MeanPool()


def make_inputs():
    G.manual_seed(1)
    return (tok(40, [4, 9, 6, 3, 8, 7], 9), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("batch", "seq"), ("batch",))
