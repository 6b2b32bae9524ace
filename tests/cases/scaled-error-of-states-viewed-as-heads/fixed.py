import torch
from torch import nn
from torch.nn.functional import scaled_dot_product_attention


class MeterReader(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 24, batch_first=True)
        self.fee = nn.Linear(24, 1)

    def forward(self, hours):
        states, _ = self.lstm(hours)
        errors = torch.special.erfcx(states)
        batch, steps, _ = errors.shape
        heads = errors.reshape(batch, steps, 4, 6).transpose(1, 2)
        seen = scaled_dot_product_attention(heads, heads, heads)
        return self.fee(seen.transpose(1, 2).reshape(batch, steps, 24))


def make_model():
    torch.manual_seed(0)
    return MeterReader()


def make_inputs(batch=6, seq=10):
    return (torch.randn(batch, seq, 3),)


INPUT_AXES = (("batch", "seq", "feature"),)
