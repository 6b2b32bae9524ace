import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Model(nn.Module):
    """x-vectors: mean and deviation over the real steps, with a mask; attention weights them in a second branch."""

    def __init__(self, mel=6, d=8, speakers=5):
        super().__init__()
        self.rnn, self.score = nn.LSTM(mel, d, batch_first=True, bidirectional=True), nn.Linear(2 * d, 1)
        self.out = nn.Linear(6 * d, speakers)

    def forward(self, mel, lengths):
        y, _ = self.rnn(pack_padded_sequence(mel, lengths, batch_first=True, enforce_sorted=False))
        y, lengths = pad_packed_sequence(y, batch_first=True)
        real = (torch.arange(y.size(1)) < lengths[:, None]).unsqueeze(-1)
        n = lengths[:, None].float()
        mean = (y * real).sum(1) / n
        spread = (((y - mean.unsqueeze(1)) * real).pow(2).sum(1) / n).clamp(min=1e-6).sqrt()
        weights = self.score(y).masked_fill(~real, float("-inf")).softmax(1)
        return self.out(torch.cat([mean, spread, (weights * y).sum(1)], 1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(4, 8, 6, generator=g), torch.tensor([8, 5, 3, 6])


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
