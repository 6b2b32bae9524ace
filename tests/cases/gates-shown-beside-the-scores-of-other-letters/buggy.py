import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Complaints(nn.Module):
    """Weighs the words of letters, and returns the weights for a plot beside the scores."""

    def __init__(self, words=40, d=8, h=10, kinds=4):
        super().__init__()
        self.embed = nn.Embedding(words, d, padding_idx=0)
        self.read = nn.GRU(d, h, batch_first=True)
        self.gate = nn.Linear(h, 1)
        self.kind = nn.Linear(h, kinds)

    def forward(self, letters, lengths):
        order = lengths.argsort(descending=True)
        back = order.argsort()
        packed = pack_padded_sequence(self.embed(letters[order]), lengths[order].cpu(), batch_first=True)
        read, _ = pad_packed_sequence(self.read(packed)[0], batch_first=True)
        real = torch.arange(read.size(1)) < lengths[order][:, None]
        gates = torch.sigmoid(self.gate(read)).squeeze(2) * real
        scores = self.kind((read * gates.unsqueeze(2)).sum(1) / gates.sum(1, keepdim=True))
        return {"scores": scores[back], "gates": gates}


def make_model():
    torch.manual_seed(0)
    return Complaints()


LENGTHS = [5, 9, 3, 7, 4, 8]


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor(LENGTHS)
    return torch.randint(1, 40, (6, 9), generator=g) * (torch.arange(9) < lengths[:, None]), lengths


INPUT_AXES = (("batch", "seq"), ("batch",))


def make_target():
    return torch.randint(0, 4, (6,), generator=torch.Generator().manual_seed(2))


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return F.cross_entropy(output["scores"], target)
