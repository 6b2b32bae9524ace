import torch
import torch.nn as nn


class Model(nn.Module):
    """Series are rolled by the delays at which they are most like themselves, the same of all samples while training."""

    def __init__(self, d=6):
        super().__init__()
        self.q, self.k, self.v = nn.Linear(4, d), nn.Linear(4, d), nn.Linear(4, d)
        self.rnn, self.out = nn.LSTM(d, d, batch_first=True), nn.Linear(d, 1)

    def forward(self, x):
        q, k, v = self.q(x), self.k(x), self.v(x)
        spectrum = torch.fft.rfft(q, dim=1) * torch.conj(torch.fft.rfft(k, dim=1))
        likeness = torch.fft.irfft(spectrum, n=x.size(1), dim=1).mean(2)
        weights, delays = likeness.mean(0).topk(2)
        mixed = sum(w * torch.roll(v, -int(t), 1) for w, t in zip(weights.softmax(0), delays))
        return self.out(self.rnn(mixed)[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(4, 8, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
