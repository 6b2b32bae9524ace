import torch
import torch.nn as nn


class Fusion(nn.Module):
    def __init__(self):
        super().__init__()
        self.text = nn.GRU(5, 7)
        self.audio = nn.GRU(3, 6, batch_first=True)
        self.fuse = nn.Linear(13, 10)
        self.out = nn.Linear(10, 2)

    def forward(self, text, audio):
        t, _ = self.text(text.transpose(0, 1))
        a, _ = self.audio(audio)
        z = torch.relu(self.fuse(torch.cat([t, a], dim=-1)))
        return self.out(z)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Fusion()


def make_inputs():
    G.manual_seed(1)
    return (rn(8, 8, 5), rn(8, 8, 3))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"))
