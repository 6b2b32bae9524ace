import torch
import torch.nn as nn
import torch.nn.functional as F


class Tremor(nn.Module):
    def __init__(self, sensors=3, maps=8, h=12, grades=5):
        super().__init__()
        self.first = nn.Conv1d(sensors, maps, 3)
        self.second = nn.Conv1d(maps, maps, 3)
        self.norm = nn.BatchNorm1d(maps)
        self.rnn = nn.GRU(maps, h, batch_first=True)
        self.fc = nn.Linear(h, grades)

    def forward(self, x):
        y = F.max_pool1d(F.relu(self.first(x.transpose(1, 2))), 2)
        y = F.relu(self.norm(self.second(y)))
        _, h = self.rnn(y)
        return self.fc(h[-1])


def make_model():
    torch.manual_seed(0)
    return Tremor().eval()


def make_inputs(batch=8):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(batch, 22, 3, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
