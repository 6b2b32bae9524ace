import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(5, 10, batch_first=True)
        self.fc = nn.Linear(13, 4)

    def forward(self, x, static):
        _, h = self.rnn(x)
        h = h.squeeze(0)
        return self.fc(torch.cat([h, static], dim=1))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    G.manual_seed(1)
    return (rn(1, 9, 5), rn(1, 3))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "feature"))
