import torch
import torch.nn as nn


class GestureNet(nn.Module):
    def __init__(self, joints=9, hidden=8, gestures=7):
        super().__init__()
        self.hidden = hidden
        self.gru = nn.GRU(joints, hidden, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, gestures)

    def forward(self, track):
        y = self.gru(track)[0]
        summary = torch.cat([y[-1, :, : self.hidden], y[0, :, self.hidden :]], dim=-1)
        return self.fc(torch.relu(summary))


def make_model():
    torch.manual_seed(21)
    return GestureNet()


def make_inputs(batch=4, seq=9):
    return (torch.randn(seq, batch, 9),)


INPUT_AXES = (("seq", "batch", "joint"),)
