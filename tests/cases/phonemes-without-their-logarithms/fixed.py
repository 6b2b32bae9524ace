import torch
import torch.nn as nn
import torch.nn.functional as F


class Speech(nn.Module):
    def __init__(self, f=5, h=8, phonemes=6):
        super().__init__()
        self.rnn, self.fc = nn.LSTM(f, h, bidirectional=True), nn.Linear(2 * h, phonemes + 1)

    def forward(self, frames):
        y, _ = self.rnn(frames)
        return self.fc(y).log_softmax(2)


def make_model():
    torch.manual_seed(0)
    return Speech()


def make_inputs(batch=4):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(11, batch, 5, generator=g),)


INPUT_AXES = (("seq", "batch", "feature"),)


def make_target(batch=4):
    return torch.randint(1, 7, (batch, 3), generator=torch.Generator().manual_seed(2))


TARGET_AXES = ("batch", "phoneme")


def loss_fn(output, target):
    frames, batch, _ = output.shape
    return F.ctc_loss(output, target, (frames,) * batch, (3,) * batch)
