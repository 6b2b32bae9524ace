import torch
import torch.nn as nn
import torch.nn.functional as F


class PhoneRecognizer(nn.Module):
    def __init__(self, mels=8, hidden=10, phones=12):
        super().__init__()
        self.rnn = nn.GRU(mels, hidden, bidirectional=True, batch_first=True)
        self.phones = nn.Linear(2 * hidden, phones)

    def forward(self, x):
        return self.phones(self.rnn(x)[0]).log_softmax(-1)


def make_model():
    torch.manual_seed(88)
    return PhoneRecognizer()


def make_inputs(batch=4, seq=12):
    return (torch.randn(batch, seq, 8),)


INPUT_AXES = (("batch", "seq", "mel"),)


def make_target(batch=4, seq=12):
    return torch.randint(1, 12, (batch, 1))


TARGET_AXES = ("batch", "phone")


def loss_fn(output, target):
    b, t, c = output.shape
    scores = output.transpose(0, 1)
    return F.ctc_loss(scores, target, torch.full((b,), t), torch.full((b,), 1))
