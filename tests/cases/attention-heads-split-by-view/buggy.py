import torch
import torch.nn as nn
import torch.nn.functional as F


def split_heads(x, heads):
    b, t, width = x.size()
    return x.view(b, heads, t, width // heads)


class EventEncoder(nn.Module):
    def __init__(self, events=30, width=16, heads=4):
        super().__init__()
        self.heads = heads
        self.embed = nn.Embedding(events, width)
        self.rnn = nn.LSTM(width, width, batch_first=True)
        self.query, self.key, self.value = (nn.Linear(width, width, bias=False) for _ in range(3))
        self.final = nn.Linear(width, events)

    def forward(self, events):
        h, _ = self.rnn(self.embed(events))
        q, k, v = (split_heads(p(h).contiguous(), self.heads) for p in (self.query, self.key, self.value))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.final(y.transpose(1, 2).flatten(2))


def make_model():
    torch.manual_seed(11)
    return EventEncoder()


def make_inputs(batch=3, seq=10):
    return (torch.randint(0, 30, (batch, seq)),)


INPUT_AXES = (("batch", "seq"),)
