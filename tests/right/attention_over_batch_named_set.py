import torch
import torch.nn as nn


class MIL(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 8, batch_first=True)
        self.a = nn.Linear(8, 1)
        self.fc = nn.Linear(8, 2)

    def forward(self, bags):
        B, I, T, C = bags.shape
        h = self.rnn(bags.flatten(0, 1))[1][-1].view(B, I, -1)
        w = self.a(torch.tanh(h)).softmax(1)
        return self.fc((w * h).sum(1))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return MIL()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 4, 9, 5),)


INPUT_AXES = (("batch", "instance", "seq", "feature"),)
