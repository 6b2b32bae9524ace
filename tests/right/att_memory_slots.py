import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, f=4, d=12, slots=5):
        super().__init__()
        self.cell = nn.GRUCell(f + d, d)
        self.write, self.read, self.erase = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, d)
        self.start = nn.Parameter(torch.randn(slots, d))
        self.out = nn.Linear(2 * d, 2)

    def forward(self, x):
        memory = self.start.unsqueeze(0).expand(x.size(0), -1, -1)
        h = x.new_zeros(x.size(0), self.start.size(1))
        read = torch.zeros_like(h)
        outs = []
        for t in range(x.size(1)):
            h = self.cell(torch.cat([x[:, t], read], 1), h)
            at = torch.softmax(F.cosine_similarity(memory, self.write(h).unsqueeze(1), dim=-1), dim=1)
            memory = memory * (1 - at.unsqueeze(2) * torch.sigmoid(self.erase(h)).unsqueeze(1)) + at.unsqueeze(2) * h.unsqueeze(
                1
            )
            w = torch.softmax(torch.bmm(memory, self.read(h).unsqueeze(2)).squeeze(2), dim=1)
            read = torch.bmm(w.unsqueeze(1), memory).squeeze(1)
            outs.append(self.out(torch.cat([h, read], 1)))
        return torch.stack(outs, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(6, 9, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
