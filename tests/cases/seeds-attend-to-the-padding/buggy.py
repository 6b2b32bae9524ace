import torch
import torch.nn as nn
import torch.nn.functional as F


class Seeds(nn.Module):
    def __init__(self, f=4, d=8, seeds=3):
        super().__init__()
        self.rnn = nn.LSTM(f, d, batch_first=True)
        self.seeds = nn.Parameter(torch.randn(seeds, d))
        self.fc = nn.Linear(seeds * d, 2)

    def forward(self, x, lengths):
        y, _ = self.rnn(x)
        padding = torch.arange(x.size(1)) >= lengths[:, None]
        seeds = self.seeds.repeat(x.size(0), 1, 1)
        z = F.scaled_dot_product_attention(seeds, y, y, attn_mask=padding[:, None])
        return self.fc(z.flatten(1))


def make_model():
    torch.manual_seed(0)
    return Seeds()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([7, 3, 5, 2])
    x = torch.randn(4, 7, 4, generator=g)
    return x * (torch.arange(7) < lengths[:, None])[..., None], lengths


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
