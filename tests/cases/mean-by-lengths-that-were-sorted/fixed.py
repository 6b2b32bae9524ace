import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Mean(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.GRU(3, 6, batch_first=True), nn.Linear(6, 2)

    def forward(self, x, lengths):
        longest, order = torch.sort(lengths, descending=True)
        packed, _ = self.rnn(pack_padded_sequence(x[order], longest, batch_first=True))
        output, _ = pad_packed_sequence(packed, batch_first=True)
        output = output[torch.argsort(order)]
        mean = output.sum(1) / lengths[:, None]
        return self.fc(mean)


def make_model():
    torch.manual_seed(0)
    return Mean()


def make_inputs():
    torch.manual_seed(1)
    lengths = torch.tensor([2, 6, 3, 5])
    return torch.randn(4, 6, 3) * (torch.arange(6) < lengths[:, None])[..., None], lengths


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
