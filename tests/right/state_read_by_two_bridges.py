import torch
import torch.nn as nn


class Model(nn.Module):
    """Both states of the decoder begin with both of the encoder."""

    def __init__(self, f=4, hidden=8, size=7):
        super().__init__()
        self.encode, self.decode = nn.LSTM(f, hidden, batch_first=True), nn.LSTM(f, size, batch_first=True)
        self.of_h, self.of_c = nn.Linear(2 * hidden, size), nn.Linear(2 * hidden, size)
        self.out = nn.Linear(size, 3)

    def forward(self, x, y):
        _, states = self.encode(x)
        both = torch.cat(states, -1)
        output, _ = self.decode(y, (torch.tanh(self.of_h(both)), torch.tanh(self.of_c(both))))
        return self.out(output)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(5, 7, 4, generator=g), torch.randn(5, 3, 4, generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"))
