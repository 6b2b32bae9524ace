
import torch
import torch.nn as nn


class MotionRNN(nn.Module):
    def __init__(self, joints=9, hid=14):
        super().__init__()
        self.cell = nn.GRUCell(joints * 2, hid)
        self.fc = nn.Linear(hid, joints)

    def forward(self, poses):
        vel = poses[:, 1:] - poses[:, :-1]
        vel = torch.cat([torch.zeros_like(poses[:, :1]), vel], 1)
        x = torch.cat([poses, vel], dim=-1)
        h = torch.zeros(x.shape[0], 14)
        outs = []
        for t in range(x.shape[1]):
            h = self.cell(x[:, t], h)
            outs.append(poses[:, t] + self.fc(h))
        return torch.stack(outs, dim=1)


def make_model():
    torch.manual_seed(0)
    return MotionRNN()


def make_inputs():
    return (torch.randn(5, 8, 9),)


INPUT_AXES = (("batch", "seq", "feature"),)
