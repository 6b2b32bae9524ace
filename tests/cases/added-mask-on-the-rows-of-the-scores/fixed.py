import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Ratings(nn.Module):
    def __init__(self, f=4, d=8):
        super().__init__()
        self.rnn = nn.LSTM(f, d, batch_first=True)
        self.qk, self.fc = nn.Linear(d, 2 * d), nn.Linear(d, 1)

    def forward(self, x, mask):
        packed = pack_padded_sequence(x, mask.sum(1), batch_first=True, enforce_sorted=False)
        y, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.size(1))
        q, k = self.qk(y).chunk(2, -1)
        bias = (1 - mask) * -1e4
        scores = torch.bmm(q, k.transpose(1, 2)) + bias.unsqueeze(1)
        z = torch.bmm(scores.softmax(2), y) * mask.unsqueeze(-1)
        return self.fc(z.sum(1) / mask.sum(1, keepdim=True))


def make_model():
    torch.manual_seed(0)
    return Ratings()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    mask = (torch.arange(6) < torch.tensor([6, 2, 4, 3])[:, None]).float()
    return torch.randn(4, 6, 4, generator=g) * mask[..., None], mask


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
