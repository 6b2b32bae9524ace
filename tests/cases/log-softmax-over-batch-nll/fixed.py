import torch
import torch.nn as nn
import torch.nn.functional as F


class Names(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.RNN(10, 12)
        self.h2o = nn.Linear(12, 5)

    def forward(self, line_tensor):
        _, hidden = self.rnn(line_tensor)
        return F.log_softmax(self.h2o(hidden[0]), dim=1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Names()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 10),)


INPUT_AXES = (("seq", "batch", "feature"),)


def make_target():
    G.manual_seed(2)
    return torch.tensor([0, 1, 2, 3, 4, 1])


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return F.nll_loss(output, target)
