import torch
import torch.nn as nn


class PlateReader(nn.Module):
    def __init__(self, classes=11):
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(3, 8, 3, stride=(2, 1), padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.AdaptiveAvgPool2d((1, None)))
        self.lstm = nn.LSTM(8, 10, num_layers=2, bidirectional=True)
        self.classes = nn.Linear(20, classes)

    def forward(self, plates):
        x = self.features(plates).squeeze(2).permute(0, 2, 1)
        x, _ = self.lstm(x)
        return self.classes(x).permute(1, 0, 2).log_softmax(-1)


def make_model():
    torch.manual_seed(4)
    return PlateReader()


def make_inputs(batch=6, seq=13):
    return (torch.randn(batch, 3, 6, seq),)


INPUT_AXES = (("batch", "channel", "height", "width"),)
