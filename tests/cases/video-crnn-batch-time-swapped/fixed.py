import torch
import torch.nn as nn
import torch.nn.functional as F


class VideoNet(nn.Module):
    def __init__(self, classes=5):
        super().__init__()
        self.cnn = nn.Sequential(nn.Conv2d(3, 4, 3, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(2))
        self.embed = nn.Linear(16, 10)
        self.LSTM = nn.LSTM(10, 14, num_layers=2, batch_first=True)
        self.fc1 = nn.Linear(14, 11)
        self.fc2 = nn.Linear(11, classes)

    def forward(self, x_3d):
        cnn_embed_seq = []
        for t in range(x_3d.size(1)):
            x = self.cnn(x_3d[:, t, :, :, :])
            x = x.view(x.size(0), -1)
            cnn_embed_seq.append(self.embed(x))
        cnn_embed_seq = torch.stack(cnn_embed_seq, dim=0).transpose_(0, 1)
        RNN_out, (h_n, h_c) = self.LSTM(cnn_embed_seq, None)
        x = F.relu(self.fc1(RNN_out[:, -1, :]))
        return self.fc2(x)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return VideoNet()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 3, 11, 13),)


INPUT_AXES = (("batch", "seq", "channel", "height", "width"),)
