import torch
import torch.nn as nn
import torch.nn.functional as F


class Glucose(nn.Module):
    def __init__(self, sensors=5, units=12, warm=2):
        super().__init__()
        self.lstm = nn.LSTM(sensors, units, batch_first=True)
        self.level, self.spread = nn.Linear(units, 1), nn.Linear(units, 1)
        self.warm = warm

    def forward(self, sensed, measured, worn):
        states, _ = self.lstm(sensed)
        said = {"level": self.level(states), "spread": F.softplus(self.spread(states)) + 0.1}
        known = {"measured": measured, "worn": worn}
        said = {name: part[:, self.warm:] for name, part in said.items()}
        known = {name: part[:, self.warm:] for name, part in known.items()}
        error = (said["level"] - known["measured"]) / said["spread"]
        each = 0.5 * error.square() + said["spread"].log()
        return (each * known["worn"]).sum() / known["worn"].sum()


def make_model():
    torch.manual_seed(0)
    return Glucose()


def make_inputs(batch=7, seq=10):
    g = torch.Generator().manual_seed(1)
    worn = (torch.rand(batch, seq, 1, generator=g) > 0.2).float()
    return torch.randn(batch, seq, 5, generator=g), torch.randn(batch, seq, 1, generator=g), worn


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"), ("batch", "seq", "feature"))
