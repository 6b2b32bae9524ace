
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, d=4, h=4):
        super().__init__()
        self.e, self.g, self.d = nn.GRU(d, h, 2, batch_first=True, bidirectional=True), nn.GRU(d, h, batch_first=True), nn.GRU(d, h, 2, batch_first=True)
        self.fc, self.l, self.l2, self.w = nn.Linear(h, 3), nn.Linear(h, h), nn.Linear(h, h), nn.Linear(h, 1)

    def forward(self, x):
        # consecutive rows are consecutive windows of one recording: smooth their embeddings
        h = self.g(x)[1][-1]
        tv = (h[1:] - h[:-1]).pow(2).mean()
        overlap = F.mse_loss(self.g(x)[0][1:, :-1], self.g(x)[0][:-1, 1:])
        return self.fc(h), tv + overlap


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(4, 4, 4),)


INPUT_AXES = (("batch","seq","feature"),)
