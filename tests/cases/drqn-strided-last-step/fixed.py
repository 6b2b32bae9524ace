
import torch
import torch.nn as nn


class DRQN(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(6, 12, batch_first=True)
        self.adv = nn.Linear(12, 3)
        self.val = nn.Linear(12, 1)

    def forward(self, x):
        T = x.size(0)
        lstm_out, _ = self.lstm(x.transpose(0, 1))
        out = lstm_out.reshape(-1, 12)[T - 1::T]
        adv_out = self.adv(out)
        val_out = self.val(out)
        qout = val_out.expand(out.size(0), 3) + (adv_out - adv_out.mean(dim=1).unsqueeze(dim=1).expand(out.size(0), 3))
        return qout


def make_model():
    torch.manual_seed(0)
    return DRQN()


def make_inputs():
    return (torch.randn(8, 5, 6),)


INPUT_AXES = (("seq", "batch", "feature"),)
