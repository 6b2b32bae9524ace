import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=12):
        super().__init__()
        self.encoder, self.decoder = nn.GRU(f, d, batch_first=True), nn.GRU(f, d, batch_first=True)
        self.q, self.k, self.v = (nn.Linear(d, d) for _ in range(3))
        self.out = nn.Linear(d, f)

    def forward(self, x):
        _, h = self.encoder(x)
        memory = h[-1].unsqueeze(1)  # one key: the whole sequence
        y, _ = self.decoder(x)
        w = torch.softmax(self.q(y) @ self.k(memory).transpose(1, 2), dim=-1)
        return self.out(y + w @ self.v(memory))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
