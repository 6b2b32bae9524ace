
import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, batch_size=8, seq_len=7):
        super().__init__()
        self.batch_size, self.seq_len = batch_size, seq_len
        self.lstm = nn.LSTM(4, 10, batch_first=True)
        self.fc = nn.Linear(10, 1)

    def forward(self, x):
        out, _ = self.lstm(x)
        out = self.fc(out.contiguous().view(-1, 10))
        out = out.view(x.size(0), self.seq_len)
        return torch.sigmoid(out[:, -1])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    return (torch.randn(5, 7, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
