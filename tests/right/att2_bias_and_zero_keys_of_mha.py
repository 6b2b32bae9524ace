import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=8):
        super().__init__()
        self.rnn = nn.GRU(f, d)
        self.mha = nn.MultiheadAttention(d, 2, add_bias_kv=True, add_zero_attn=True)
        self.fc = nn.Linear(d, 2)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
        h, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0])
        padding = torch.arange(x.size(0))[None] >= lengths[:, None]
        y, _ = self.mha(h, h, h, key_padding_mask=padding)
        keep = (~padding).t()[..., None]
        return self.fc((y * keep).sum(0) / keep.sum(0))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([7, 3, 5, 2])
    return torch.randn(7, 4, 4, generator=g) * (torch.arange(7)[:, None] < lengths)[..., None], lengths


INPUT_AXES = (("seq", "batch", "feature"), ("batch",))
