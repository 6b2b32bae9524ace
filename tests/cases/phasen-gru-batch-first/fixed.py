
import torch
import torch.nn as nn
import torch.nn.functional as F


class PHASEN(nn.Module):
    def __init__(self, fft=10, channel=6, rnn_nums=9):
        super().__init__()
        self.pre = nn.Conv2d(2, channel, 3, padding=1)
        self.bn = nn.BatchNorm2d(channel)
        self.amp_conv2 = nn.Conv2d(channel, 3, kernel_size=[1, 1])
        self.rnn = nn.GRU(fft * 3, rnn_nums, bidirectional=True, batch_first=True)
        self.fcs = nn.Sequential(nn.Linear(rnn_nums * 2, 16), nn.ReLU(inplace=True), nn.Linear(16, fft), nn.Sigmoid())

    def forward(self, inputs):
        # inputs: [B, 2, D, T]
        spec = F.relu(self.bn(self.pre(inputs)))
        spec = self.amp_conv2(spec)
        spec = torch.transpose(spec, 1, 3)  # [B, T, D, C]
        B, T, D, C = spec.size()
        spec = torch.reshape(spec, [B, T, D * C])
        spec = self.rnn(spec)[0]
        mask = self.fcs(spec)
        mask = torch.transpose(mask, 2, 1)
        mag = torch.norm(inputs, dim=1)
        return mag * mask


def make_model():
    torch.manual_seed(0)
    return PHASEN()


def make_inputs():
    return (torch.randn(4, 2, 10, 13),)


INPUT_AXES = (("batch", "complex", "freq", "seq"),)
