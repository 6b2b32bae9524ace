import torch
import torch.nn as nn


class Pump(nn.Module):
    def __init__(self, sensors=5, hidden=7):
        super().__init__()
        self.cell = nn.LSTMCell(sensors, hidden)
        self.top = nn.GRU(hidden, 6, batch_first=True)
        self.out = nn.Linear(6, 2)

    def forward(self, x):
        h = c = x.new_zeros(x.size(1), self.cell.hidden_size)
        history = x.new_zeros(x.size(1), 0, self.cell.hidden_size)
        for step in x:
            h, c = self.cell(step, (h, c))
            history = torch.cat([history, h[:, None]], dim=1)
        _, state = self.top(history)
        return self.out(state[0])


def make_model():
    torch.manual_seed(0)
    return Pump()


def make_inputs(batch=5, seq=8):
    g = torch.Generator().manual_seed(1)
    return (torch.randn(seq, batch, 5, generator=g),)


INPUT_AXES = (("seq", "batch", "feature"),)
