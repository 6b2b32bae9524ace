import torch
import torch.nn as nn


class Model(nn.Module):
    """MLSTM-FCN turns the recording round on purpose: the recurrent branch walks over the variables."""

    def __init__(self, steps=9, variables=4, classes=3):
        super().__init__()
        self.rnn = nn.LSTM(steps, 6, batch_first=True)
        self.conv = nn.Conv1d(variables, 8, 3, padding=1)
        self.out = nn.Linear(14, classes)

    def forward(self, x):
        turned = x.transpose(1, 2)
        _, (h, _) = self.rnn(turned)
        return self.out(torch.cat([self.conv(turned).mean(-1), h[-1]], 1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
