import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_sequence, pad_sequence


class PS(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 8, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(16, 2)

    def forward(self, x, n):
        seqs = [s[:k] for s, k in zip(x, n.tolist())]
        p = pack_sequence(seqs, enforce_sorted=False)
        _, (h, _) = self.rnn(p)
        q = pad_sequence(seqs, batch_first=True)
        o, _ = self.rnn(q)
        return self.fc(torch.cat([h[0], h[1]], 1)) + self.fc(o).sum() * 0


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return PS()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
