import torch
import torch.nn as nn


class Dance(nn.Module):
    def __init__(self, d=9, joints=5, places=3):
        super().__init__()
        self.joints, self.places = joints, places
        self.hear = nn.GRU(6, d, bidirectional=True)
        self.move = nn.Linear(2 * d, joints * places)

    def forward(self, music):
        beats, dancers, _ = music.shape
        heard, _ = self.hear(music)
        moves = self.move(heard).transpose(0, 1)
        return moves.reshape(dancers, self.joints, self.places, beats)


def make_model():
    torch.manual_seed(0)
    return Dance()


def make_inputs(batch=4, seq=8):
    return (torch.randn(seq, batch, 6, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("seq", "batch", "feature"),)
