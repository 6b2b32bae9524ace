import torch
import torch.nn as nn


class Attend(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.ask = nn.LSTM(3, 8, num_layers=2), nn.Linear(8, 8)
        self.attention, self.fc = nn.MultiheadAttention(8, 2), nn.Linear(8, 2)

    def forward(self, x):
        output, (h, _) = self.rnn(x)
        query = self.ask(h[-1, 0]).expand(1, x.size(1), -1)
        found, _ = self.attention(query, output, output, need_weights=False)
        return self.fc(found[0])


def make_model():
    torch.manual_seed(0)
    return Attend().eval()


def make_inputs(batch=5, seq=5):
    torch.manual_seed(1)
    return (torch.randn(seq, batch, 3),)


INPUT_AXES = (("seq", "batch", "feature"),)
