import torch
import torch.nn as nn


class Slide(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 6, batch_first=True)
        self.fc = nn.Linear(6, 1)

    def forward(self, x):
        w = x.unfold(1, 4, 1).permute(0, 1, 3, 2)
        B, n, T, C = w.shape
        _, h = self.gru(w.reshape(-1, T, C))
        return self.fc(h.squeeze(0)).view(B, n)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Slide()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
