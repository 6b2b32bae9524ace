import torch
import torch.nn as nn
import torch.nn.functional as F


class Tags(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb, self.rnn = nn.Embedding(30, 6), nn.GRU(6, 5, bidirectional=True, batch_first=True)
        self.fc, self.norm = nn.Linear(10, 8), nn.BatchNorm1d(8)
        self.out = nn.Linear(8, 4)

    def forward(self, x):
        y = F.relu(self.fc(self.rnn(self.emb(x.argmax(-1)))[0]))
        return self.out(self.norm(y))


def make_model():
    torch.manual_seed(0)
    return Tags()


def make_inputs(batch=6):
    return (torch.randn(batch, 8, 30),)


INPUT_AXES = (("batch", "seq", "feature"),)
