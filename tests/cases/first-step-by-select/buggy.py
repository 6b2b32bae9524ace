import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.LSTM(6, 6, num_layers=2), nn.Linear(6, 3)

    def forward(self, x):
        output = self.rnn(x)[0]
        return self.fc(torch.relu(output.select(0, 0)))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 6, 6),)


INPUT_AXES = (("seq", "batch", "feature"),)
