
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.LSTM(1, 1, 1, batch_first=True, bidirectional=True), nn.Linear(2, 1)

    def forward(self, x):
        o, (h, c) = self.rnn(x)
        z = h.permute(1, 0, 2).reshape(x.size(0), -1)
        a = torch.softmax(o.sum(-1), 1)
        return self.fc(z) + torch.bmm(a.unsqueeze(1), o).squeeze(1).sum(-1, keepdim=True)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(1, 1, 1),)


INPUT_AXES = (("batch","seq","feature"),)


def make_target():
    torch.manual_seed(2)
    return torch.randn(1, 1)


TARGET_AXES = ("batch", None)


def loss_fn(o, t):
    return F.mse_loss(o, t)
