import torch
import torch.nn as nn
import torch.nn.functional as F


class CRNN(nn.Module):
    def __init__(self, nclass=11, nh=12):
        super().__init__()
        self.cnn = nn.Sequential(
            nn.Conv2d(1, 8, 3, 1, 1), nn.BatchNorm2d(8), nn.ReLU(True), nn.MaxPool2d(2, 2),
            nn.Conv2d(8, 10, 3, 1, 1), nn.ReLU(True), nn.MaxPool2d((4, 1)))
        self.rnn = nn.LSTM(10, nh, bidirectional=True)
        self.embedding = nn.Linear(nh * 2, nclass)

    def forward(self, input):
        conv = self.cnn(input)
        b, c, h, w = conv.size()
        assert h == 1, "the height of conv must be 1"
        conv = conv.view(w, b, c)
        recurrent, _ = self.rnn(conv)
        T, b, h = recurrent.size()
        output = self.embedding(recurrent.view(T * b, h))
        return F.log_softmax(output.view(T, b, -1), dim=2)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return CRNN()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 1, 8, 26),)


INPUT_AXES = (("batch", "channel", "height", "width"),)
