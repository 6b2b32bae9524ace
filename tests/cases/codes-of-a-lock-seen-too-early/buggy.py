import torch
from torch import nn


class Lock(nn.Module):
    def __init__(self, digits=10, width=12):
        super().__init__()
        self.embed = nn.Embedding(digits, width)
        self.rnn = nn.GRU(width, width, batch_first=True)
        self.back = nn.MultiheadAttention(width, 3, batch_first=True)
        self.next = nn.Linear(width, digits)

    def forward(self, code):
        out, _ = self.rnn(self.embed(code))
        later = 1.0 - torch.ones(code.size(1), code.size(1)).tril()
        seen, _ = self.back(out, out, out, attn_mask=later, need_weights=False)
        return self.next(seen)


def make_model():
    torch.manual_seed(0)
    return Lock()


def make_inputs(batch=4, seq=7):
    return (torch.randint(10, (batch, seq), generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq"),)
