import torch
import torch.nn as nn
import torch.nn.functional as F


class C(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(8, 10, batch_first=True)
        self.fc = nn.Linear(10, 7)

    def forward(self, x):
        return F.log_softmax(self.fc(self.rnn(x)[0]), -1).transpose(0, 1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return C()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 13, 8),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return torch.randint(1, 7, (6, 4), generator=G)


TARGET_AXES = ("batch", "target")


def loss_fn(output, target):
    flat = target.reshape(-1)
    return nn.CTCLoss(zero_infinity=True)(output, flat, (13,) * 6, (4,) * 6)
