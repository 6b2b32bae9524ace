import torch
import torch.nn as nn


class Attention(nn.Module):
    def __init__(self, dimensions):
        super().__init__()
        self.linear_in = nn.Linear(dimensions, dimensions, bias=False)
        self.linear_out = nn.Linear(dimensions * 2, dimensions, bias=False)
        self.softmax = nn.Softmax(dim=0)

    def forward(self, query, context):
        batch_size, output_len, dimensions = query.size()
        query_len = context.size(1)
        query = self.linear_in(query.reshape(batch_size * output_len, dimensions)).reshape(batch_size, output_len, dimensions)
        attention_scores = torch.bmm(query, context.transpose(1, 2).contiguous())
        attention_scores = attention_scores.view(batch_size * output_len, query_len)
        attention_weights = self.softmax(attention_scores).view(batch_size, output_len, query_len)
        mix = torch.bmm(attention_weights, context)
        combined = torch.cat((mix, query), dim=2).view(batch_size * output_len, 2 * dimensions)
        return torch.tanh(self.linear_out(combined).view(batch_size, output_len, dimensions))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.enc = nn.GRU(5, 8, batch_first=True)
        self.dec = nn.GRU(4, 8, batch_first=True)
        self.attention = Attention(8)

    def forward(self, src, trg):
        ctx, h = self.enc(src)
        q, _ = self.dec(trg, h)
        return self.attention(q, ctx)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 5), rn(6, 7, 4))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "steps", "feature"))
