import torch
import torch.nn as nn


class EcgClassifier(nn.Module):
    def __init__(self, leads=5, hidden=9, rhythms=4):
        super().__init__()
        self.gru = nn.GRU(leads, hidden, 2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(2 * hidden, rhythms)

    def forward(self, ecg):
        _, h = self.gru(ecg)
        return self.fc(torch.cat([h[-2], h[-1]], dim=1))


def make_model():
    torch.manual_seed(25)
    return EcgClassifier()


def make_inputs(batch=4, seq=11):
    return (torch.randn(batch, seq, 5),)


INPUT_AXES = (("batch", "seq", "lead"),)
