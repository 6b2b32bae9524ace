import torch
import torch.nn as nn


class GL(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(5, 8)
        self.fc = nn.Linear(8, 3)

    def forward(self, x, n):
        o, _ = self.rnn(x)
        i = (n - 1).view(1, -1, 1).expand(1, -1, 8)
        return self.fc(o.gather(0, i).squeeze(0))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return GL()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("seq", "batch", "feature"), ("batch",))
