import torch
import torch.nn as nn
import torch.nn.functional as F


class OneHot(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(20, 8, batch_first=True)
        self.fc = nn.Linear(8, 20)

    def forward(self, x):
        x = F.one_hot(x, 20)
        return self.fc(self.rnn(x)[0])


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return OneHot()


def make_inputs():
    G.manual_seed(1)
    return (ids(20, 6, 9),)


INPUT_AXES = (("batch", "seq"),)
