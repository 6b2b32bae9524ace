import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.LSTM(4, 8, num_layers=2, batch_first=True), nn.Linear(16, 3)

    def forward(self, x):
        _, h = self.rnn(x)
        return self.fc(torch.cat((h[-1][0], h[-1][1]), 1))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 9, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
