import torch
import torch.nn as nn


class ND(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5 + 3, 8, batch_first=True)
        self.fc = nn.Linear(8, 2)

    def forward(self, batch):
        x, s = batch["x"], batch["static"]
        z = torch.cat([x, s[:, None].expand(-1, x.size(1), -1)], -1)
        return {"y": self.fc(self.rnn(z)[0])}


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return ND()


def make_inputs():
    G.manual_seed(1)
    return ({"x": rn(6, 9, 5), "static": rn(6, 3)},)


INPUT_AXES = ({"x": ("batch", "seq", "feature"), "static": ("batch", "feature")},)
