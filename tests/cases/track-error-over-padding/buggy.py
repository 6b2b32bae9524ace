import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Track(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, 8, batch_first=True)
        self.out = nn.Linear(8, 2)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        y, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        return self.out(y)


LENGTHS = torch.tensor([5, 9, 3, 7, 9])
REAL = (torch.arange(9) < LENGTHS[:, None]).unsqueeze(2)


def make_model():
    torch.manual_seed(0)
    return Track()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(5, 9, 4) * REAL, LENGTHS


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))


def make_target():
    torch.manual_seed(2)
    return torch.randn(5, 9, 2) * REAL


TARGET_AXES = ("batch", "seq", "place")


def loss_fn(output, target):
    return F.mse_loss(output, target)
