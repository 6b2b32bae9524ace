import torch
import torch.nn as nn


class VideoClassifier(nn.Module):
    def __init__(self, classes=5):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(3, 6, 3, padding=1), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 11))
        self.rnn = nn.GRU(11, 13)
        self.fc = nn.Linear(13, classes)

    def forward(self, clips):
        b, t, c, h, w = clips.shape
        features = self.cnn(clips.reshape(b * t, c, h, w))
        features = features.view(t, b, -1)
        _, last = self.rnn(features)
        return self.fc(last[-1])


def make_model():
    torch.manual_seed(14)
    return VideoClassifier()


def make_inputs(batch=3, seq=7):
    return (torch.randn(batch, seq, 3, 4, 5),)


INPUT_AXES = (("batch", "seq", "channel", "height", "width"),)


def make_target(batch=3, seq=7):
    return torch.randint(0, 5, (batch,))


TARGET_AXES = ("batch",)
loss_fn = nn.CrossEntropyLoss()
