import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode, self.decode = nn.LSTM(4, 8, num_layers=2), nn.LSTM(3, 8)
        self.fc = nn.Linear(16, 3)

    def forward(self, x, y):
        states, (h, c) = self.encode(x)
        output, _ = self.decode(y, (h[-1:].contiguous(), c[-1:].contiguous()))
        a = torch.einsum("tbh,sbh->bts", output, states).softmax(-1)
        context = torch.einsum("bts,sbh->tbh", a, states)
        return self.fc(torch.cat((output, context), -1))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(9, 6, 4), torch.randn(7, 6, 3))


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch", "feature"))
