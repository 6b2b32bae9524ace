import torch
import torch.nn as nn
import torch.nn.functional as F


class OCR(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(8, 10, bidirectional=True)
        self.fc = nn.Linear(20, 7)

    def forward(self, x):
        out = self.fc(self.rnn(x)[0])
        return out.log_softmax(2)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return OCR()


def make_inputs():
    G.manual_seed(1)
    return (rn(13, 6, 8),)


INPUT_AXES = (("seq", "batch", "feature"),)


def make_target():
    G.manual_seed(2)
    return torch.randint(1, 7, (6, 4), generator=G)


TARGET_AXES = ("batch", "target")


def loss_fn(output, target):
    T, B = output.size(0), output.size(1)
    return F.ctc_loss(output, target, torch.full((B,), T), torch.full((B,), 4))
