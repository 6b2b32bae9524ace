
import torch
import torch.nn as nn
import torch.nn.functional as F


class Encoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(4, 8, 3, padding=1)
        self.bn = nn.BatchNorm1d(8)
        self.rnn = nn.GRU(8, 11, num_layers=2)
        self.drop = nn.Dropout(0.2)
        self.fc = nn.Linear(11, 3)

    def forward(self, speech):
        x = F.relu(self.bn(self.conv(speech.permute(0, 2, 1))))
        x = x.permute(2, 0, 1)
        output, hidden = self.rnn(x)
        return self.fc(self.drop(output[-1]))


def make_model():
    torch.manual_seed(0)
    return Encoder()


def make_inputs():
    return (torch.randn(6, 10, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    return torch.randint(0, 3, (6,))


TARGET_AXES = ("batch",)


def loss_fn(o, t):
    return F.cross_entropy(o, t)
