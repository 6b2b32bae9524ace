import torch
import torch.nn as nn


class Captions(nn.Module):
    def __init__(self):
        super().__init__()
        self.front = nn.Conv1d(6, 4, 3, padding=1)
        self.rnn = nn.GRU(4, 9, bidirectional=True, batch_first=True)
        self.out = nn.Linear(18, 5)

    def forward(self, frames):
        y = torch.relu(self.front(frames.transpose(1, 2)))
        y = y.permute(0, 2, 1)
        return self.out(self.rnn(y)[0])


def make_model():
    torch.manual_seed(0)
    return Captions()


def make_inputs(batch=6, seq=8):
    return (torch.randn(batch, seq, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
