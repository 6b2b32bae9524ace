import torch
import torch.nn as nn


class Highway(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.both = nn.Linear(size, 2 * size)

    def forward(self, x):
        gate, value = self.both(x).reshape(len(x), 2, *x.shape[1:]).unbind(1)
        return torch.sigmoid(gate) * torch.relu(value) + (1 - torch.sigmoid(gate)) * x


class Channels(nn.Module):
    def __init__(self, channels=7, size=7):
        super().__init__()
        self.highway, self.rnn = Highway(size), nn.LSTM(channels * size, 9, batch_first=True)
        self.out = nn.Linear(9, 2)

    def forward(self, x):
        steps = [self.highway(at).flatten(1) for at in x.unbind(1)]
        return self.out(self.rnn(torch.stack(steps, 1))[0][:, -1])


def make_model():
    torch.manual_seed(0)
    return Channels()


def make_inputs(batch=7, seq=7):
    return (torch.randn(batch, seq, 7, 7, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "channel", "feature"),)
