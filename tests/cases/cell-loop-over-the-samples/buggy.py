import torch
import torch.nn as nn


class CellTagger(nn.Module):
    def __init__(self, features=6, hidden=10, tags=4):
        super().__init__()
        self.cell = nn.LSTMCell(features, hidden)
        self.tags = nn.Linear(hidden, tags)
        self.hidden = hidden

    def forward(self, x):
        state, tags = None, []
        for step in x:
            state = self.cell(step, state)
            tags.append(self.tags(state[0]))
        return torch.stack(tags)


def make_model():
    torch.manual_seed(56)
    return CellTagger()


def make_inputs(batch=5, seq=7):
    return (torch.randn(batch, seq, 6),)


INPUT_AXES = (("batch", "seq", "feature"),)
