import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class GatherLast(nn.Module):
    def __init__(self, h=8):
        super().__init__()
        self.h = h
        self.emb = nn.Embedding(40, 7, padding_idx=0)
        self.lstm = nn.LSTM(7, h, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * h, 3)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.emb(x), lengths.cpu(), batch_first=True, enforce_sorted=False)
        out, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        idx = (lengths - 1).view(-1, 1, 1).expand(-1, 1, out.size(2))
        last = out.gather(1, idx).squeeze(1)
        last = torch.cat([last[:, :self.h], out[:, 0, self.h:]], dim=1)
        return self.fc(last)


G = torch.Generator()


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return GatherLast()


def make_inputs():
    G.manual_seed(1)
    return (tok(40, [4, 9, 6, 3, 8, 7], 9), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("batch", "seq"), ("batch",))
