import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Model(nn.Module):
    """Sessions against all items: the scores are a product with the whole table, and the loss is over the items."""

    def __init__(self, items=15, d=8):
        super().__init__()
        self.embed, self.rnn = nn.Embedding(items, d, padding_idx=0), nn.GRU(d, d, batch_first=True)
        self.gate = nn.Linear(2 * d, 1)

    def forward(self, clicks):
        lengths = (clicks > 0).sum(1)
        y, h = self.rnn(pack_padded_sequence(self.embed(clicks), lengths, batch_first=True, enforce_sorted=False))
        y, _ = pad_packed_sequence(y, batch_first=True, total_length=clicks.size(1))
        e = self.gate(torch.cat([y, h[-1].unsqueeze(1).expand_as(y)], -1)).squeeze(-1)
        local = torch.einsum("bt,btd->bd", e.masked_fill(clicks == 0, -1e9).softmax(1), y)
        return (h[-1] + local) @ self.embed.weight.t()


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    clicks = torch.randint(1, 15, (5, 7), generator=g)
    return (clicks.masked_fill(torch.arange(7) >= torch.tensor([7, 2, 5, 3, 6])[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)


def make_target():
    g = torch.Generator().manual_seed(2)
    return torch.randint(1, 15, (5,), generator=g)


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return F.cross_entropy(output, target)
