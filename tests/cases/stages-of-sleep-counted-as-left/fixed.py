import torch
from torch import nn


class Sleep(nn.Module):
    """Scores the stages of sleep, and returns with them how restless each night was."""

    def __init__(self, channels=3, width=8, stages=5):
        super().__init__()
        self.cell = nn.GRUCell(channels, width)
        self.stage = nn.Linear(width, stages)

    def forward(self, nights):
        state, scores = nights.new_zeros(nights.size(1), self.cell.hidden_size), []
        for epoch in nights:
            state = self.cell(epoch, state)
            scores.append(self.stage(state))
        scores = torch.stack(scores)
        stage = scores.detach().argmax(dim=-1)
        left = stage[:-1].ne(stage[1:]).sum(dim=0)
        return scores, left


def make_model():
    torch.manual_seed(0)
    return Sleep()


def make_inputs(batch=6, seq=6):
    return (torch.randn(seq, batch, 3),)


INPUT_AXES = (("seq", "batch", "feature"),)
