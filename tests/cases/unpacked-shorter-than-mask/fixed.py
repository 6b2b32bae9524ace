
import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(4, 11, batch_first=True)
        self.fc = nn.Linear(11, 2)

    def forward(self, x, mask):
        lens = mask.sum(1).long()
        p = nn.utils.rnn.pack_padded_sequence(x, lens, batch_first=True, enforce_sorted=False)
        out, _ = self.rnn(p)
        out, _ = nn.utils.rnn.pad_packed_sequence(out, batch_first=True, total_length=x.size(1))
        out = out * mask.unsqueeze(-1)
        return self.fc(out.sum(1) / mask.sum(1, keepdim=True))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    m = torch.zeros(5, 10)
    for i, n in enumerate([7, 5, 8, 3, 6]):
        m[i, :n] = 1
    return torch.randn(5, 10, 4), m


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
