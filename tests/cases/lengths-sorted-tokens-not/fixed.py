import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence


class LenOnly(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(40, 7, padding_idx=0)
        self.lstm = nn.LSTM(7, 9, batch_first=True)
        self.fc = nn.Linear(9, 3)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(self.emb(x), lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.lstm(packed)
        return self.fc(h[-1])


G = torch.Generator()


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return LenOnly()


def make_inputs():
    G.manual_seed(1)
    return (tok(40, [4, 9, 6, 3, 8, 7], 9), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("batch", "seq"), ("batch",))
