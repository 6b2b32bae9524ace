import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Playlist(nn.Module):
    def __init__(self, tracks=40, width=8, units=8):
        super().__init__()
        self.tracks = nn.Embedding(tracks, width)
        self.heard = nn.LSTM(width, units)
        self.follows = nn.Bilinear(units, width, 1)

    def forward(self, lists, others, lengths):
        x = self.tracks(lists)
        packed = pack_padded_sequence(x, lengths, enforce_sorted=False)
        y, _ = pad_packed_sequence(self.heard(packed)[0], total_length=lists.size(0))
        real = torch.arange(1, lists.size(0)).unsqueeze(1) < lengths
        true = self.follows(y[:-1], x[1:]).squeeze(-1)
        false = self.follows(y[:-1], self.tracks(others)[1:]).squeeze(-1)
        true, false = true.flatten(), false.flatten()
        wanted = torch.cat([torch.ones_like(true), torch.zeros_like(false)])
        return F.binary_cross_entropy_with_logits(torch.cat([true, false]), wanted)


def make_model():
    torch.manual_seed(0)
    return Playlist()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([8, 3, 6, 8, 4])
    real = torch.arange(8).unsqueeze(1) < lengths
    lists = torch.randint(1, 40, (8, 5), generator=g) * real
    return lists, torch.randint(1, 40, (8, 5), generator=g), lengths


INPUT_AXES = (("seq", "batch"), ("seq", "batch"), ("batch",))
