import torch
from torch import nn


class NextPoses(nn.Module):
    """Goes on with a dance: places of joints in the plane, frame by frame."""

    def __init__(self, joints=8):
        super().__init__()
        self.joints = joints
        self.lstm = nn.LSTM(2 * joints, 20, num_layers=2, batch_first=True)
        self.places = nn.Linear(20, 2 * joints)

    def forward(self, poses):
        states, _ = self.lstm(poses.flatten(2))
        places = self.places(states).unflatten(2, (self.joints, 2))
        return places.reshape(len(poses), self.joints, -1, 2)


def make_model():
    torch.manual_seed(0)
    return NextPoses()


def make_inputs(batch=4, seq=13):
    return (torch.randn(batch, seq, 8, 2),)


INPUT_AXES = (("batch", "seq", "joint", "coordinate"),)
