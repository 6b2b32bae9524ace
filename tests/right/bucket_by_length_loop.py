import torch
import torch.nn as nn


class Loop(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 8, batch_first=True)
        self.fc = nn.Linear(8, 2)

    def forward(self, x, n):
        hs = []
        for i in range(x.size(0)):
            _, h = self.rnn(x[i:i + 1, :int(n[i])])
            hs.append(h[-1])
        return self.fc(torch.cat(hs, 0))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Loop()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
