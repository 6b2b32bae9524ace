import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence


class Unsort(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 9, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(18, 3)

    def forward(self, x, lens):
        sorted_lens, idx = lens.sort(0, descending=True)
        p = pack_padded_sequence(x.index_select(0, idx), sorted_lens.tolist(), batch_first=True)
        o, h = self.gru(p)
        h = torch.cat([h[0], h[1]], dim=-1)
        _, back = idx.sort(0)
        h = h.index_select(0, back)
        return self.fc(h)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Unsort()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
