import torch
import torch.nn as nn
import torch.nn.functional as F


class LineReader(nn.Module):
    def __init__(self, classes=14):
        super().__init__()
        self.conv = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d((2, 1)), nn.Conv2d(6, 9, (4, 1)), nn.ReLU())
        self.rnn = nn.LSTM(9, 12, bidirectional=True)
        self.fc = nn.Linear(24, classes)

    def forward(self, image):
        maps = self.conv(image)
        b, c, h, w = maps.shape
        assert h == 1
        columns = maps.view(w, b, c)
        states, _ = self.rnn(columns)
        return self.fc(states).log_softmax(2)


def make_model():
    torch.manual_seed(3)
    return LineReader()


def make_inputs(batch=5, seq=16):
    return (torch.randn(batch, 1, 8, seq),)


INPUT_AXES = (("batch", "channel", "height", "width"),)


def make_target(batch=5, seq=16):
    return torch.randint(1, 14, (batch, 2 if seq > 4 else 1))


TARGET_AXES = ("batch", "char")


def loss_fn(output, target):
    steps, rows = output.shape[:2]
    return F.ctc_loss(output, target, torch.full((rows,), steps), torch.full((rows,), target.size(1)), zero_infinity=True)
