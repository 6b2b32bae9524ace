import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence


class P(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(5, 8, batch_first=True)
        self.fc = nn.Linear(8, 2)

    def forward(self, x, lengths):
        p = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        _, (h, c) = self.lstm(p)
        return self.fc(h[-1])


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return P()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
