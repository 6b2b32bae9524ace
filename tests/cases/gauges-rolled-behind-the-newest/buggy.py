import torch
from torch import nn


class Gauges(nn.Module):
    """Forecasts some hours, each from the window that the forecasts before have been put into."""

    def __init__(self, gauges=3, width=10, hours=4):
        super().__init__()
        self.gru = nn.GRU(gauges, width)
        self.next = nn.Linear(width, gauges)
        self.hours = hours

    def forward(self, window):
        window, forecast = window.clone(), []
        for _ in range(self.hours):
            states, _ = self.gru(window)
            forecast.append(self.next(states[-1]))
            window = torch.roll(window, shifts=-1)
            window[-1] = forecast[-1]
        return torch.stack(forecast)


def make_model():
    torch.manual_seed(0)
    return Gauges()


def make_inputs(batch=5, seq=8):
    return (torch.randn(seq, batch, 3),)


INPUT_AXES = (("seq", "batch", "feature"),)
