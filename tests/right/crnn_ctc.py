import torch
import torch.nn as nn
import torch.nn.functional as F


class CRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d((2, 1)))
        self.map = nn.Linear(8 * 2, 10)
        self.rnn1 = nn.GRU(10, 9, bidirectional=True)
        self.rnn2 = nn.GRU(9, 9, bidirectional=True)
        self.fc = nn.Linear(18, 7)

    def forward(self, x):
        f = self.cnn(x)
        b, c, h, w = f.shape
        f = f.permute(3, 0, 1, 2).reshape(w, b, c * h)
        f = F.relu(self.map(f))
        r, _ = self.rnn1(f)
        r = r[:, :, :9] + r[:, :, 9:]
        r, _ = self.rnn2(r)
        return self.fc(r)


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


def make_target():
    G.manual_seed(2)
    return torch.randint(1, 7, (6, 4), generator=G)


TARGET_AXES = ("batch", "target")


def loss_fn(output, target):
    T, N, _ = output.shape
    return F.ctc_loss(output.log_softmax(2), target, torch.full((N,), T), torch.full((N,), 4))
