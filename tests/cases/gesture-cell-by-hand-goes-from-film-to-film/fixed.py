import torch
import torch.nn as nn


class Gated(nn.Module):
    def __init__(self, size=8):
        super().__init__()
        self.read, self.recall, self.gate = nn.Linear(size, size), nn.Linear(size, size), nn.Linear(size, size)

    def forward(self, frame, h):
        new = torch.tanh(self.read(frame) + self.recall(h))
        keep = torch.sigmoid(self.gate(frame))
        return keep * new + (1 - keep) * h


class Gestures(nn.Module):
    def __init__(self, joints=6, size=8, classes=3):
        super().__init__()
        self.encoder, self.cell = nn.GRU(joints, size, batch_first=True), Gated(size)
        self.tell, self.size = nn.Linear(size, classes), size

    def forward(self, films):
        seen, _ = self.encoder(films)
        h, said = seen.new_zeros(seen.size(0), self.size), []
        for frame in seen.unbind(1):
            h = self.cell(frame, h)
            said.append(self.tell(h))
        return torch.stack(said, 1)


def make_model():
    torch.manual_seed(0)
    return Gestures()


def make_inputs(batch=5, seq=9):
    return (torch.randn(batch, seq, 6, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)
