import torch
from torch import nn


class LaneCell(nn.Module):
    def __init__(self, inputs=6, lanes=3, width=4):
        super().__init__()
        self.lanes, self.width = lanes, width
        self.cell = nn.GRUCell(inputs, lanes * width)
        self.shares = nn.Linear(lanes * width, lanes * 3)
        self.up, self.down = nn.Linear(width, width), nn.Linear(width, width)
        self.answer = nn.Linear(lanes * width, 2)

    def forward(self, series):
        state = series.new_zeros(series.size(1), self.lanes * self.width)
        answers = []
        for now in series:
            state = self.cell(now, state)
            lanes = state.unflatten(1, (self.lanes, self.width))
            shares = self.shares(state).unflatten(1, (self.lanes, 3)).softmax(1)
            rise, fall, stay = shares.chunk(3, dim=2)
            lanes = torch.add(rise * self.up(lanes), fall * self.down(lanes)) + lanes * stay
            answers.append(self.answer(lanes.flatten(1).tanh()))
        return torch.stack(answers)


def make_model():
    torch.manual_seed(0)
    return LaneCell()


def make_inputs():
    return (torch.randn(7, 3, 6, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = ("seq batch feature",)
