import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=8, landmarks=3):
        super().__init__()
        self.rnn = nn.LSTM(f, d, batch_first=True)
        self.qkv = nn.Linear(d, 3 * d)
        self.landmarks = landmarks

    def forward(self, x):
        h, _ = self.rnn(x)
        q, k, v = self.qkv(h).chunk(3, -1)
        b, t, d = q.shape
        ql = q.reshape(b, self.landmarks, t // self.landmarks, d).mean(2)
        kl = k.reshape(b, self.landmarks, t // self.landmarks, d).mean(2)
        one = (q @ kl.transpose(1, 2)).softmax(-1)
        two = (ql @ kl.transpose(1, 2)).softmax(-1)
        three = (ql @ k.transpose(1, 2)).softmax(-1)
        return one @ (torch.linalg.pinv(two) @ (three @ v))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
