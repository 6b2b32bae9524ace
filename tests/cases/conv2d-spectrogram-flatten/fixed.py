import torch
import torch.nn as nn
import torch.nn.functional as F


class SpeechNet(nn.Module):
    def __init__(self, n_class=6):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, stride=(2, 1), padding=1)
        self.rnn = nn.GRU(4 * 5, 12, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(24, n_class)

    def forward(self, spec):
        x = F.hardtanh(self.conv(spec), 0, 20)
        sizes = x.size()
        x = x.view(sizes[0], sizes[1] * sizes[2], sizes[3]).transpose(1, 2)
        x, _ = self.rnn(x)
        return self.fc(x)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return SpeechNet()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 1, 10, 17),)


INPUT_AXES = (("batch", "channel", "freq", "seq"),)
