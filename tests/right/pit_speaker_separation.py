import torch
import torch.nn as nn


class PIT(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(7, 8, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(16, 14)

    def forward(self, m):
        B, T, Fq = m.shape
        mask = self.fc(self.rnn(m)[0]).sigmoid().view(B, T, 2, Fq).transpose(1, 2)
        return mask * m.unsqueeze(1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return PIT()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 7),)


INPUT_AXES = (("batch", "seq", "freq"),)


def make_target():
    G.manual_seed(2)
    return rn(6, 2, 9, 7)


TARGET_AXES = ("batch", "speaker", "seq", "freq")


def loss_fn(output, target):
    pair = ((output.unsqueeze(2) - target.unsqueeze(1)) ** 2).mean((3, 4))
    a, b = pair[:, 0, 0] + pair[:, 1, 1], pair[:, 0, 1] + pair[:, 1, 0]
    return torch.minimum(a, b).mean()
