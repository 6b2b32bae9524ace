import torch
import torch.nn as nn


class Pool(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.LSTM(3, 8), nn.Linear(16, 2)
        self.attention = nn.MultiheadAttention(8, 2)

    def forward(self, x, y):
        keys, (h, c) = self.rnn(x)
        queries, _ = self.rnn(y, (h, c))
        _, maps = self.attention(queries, keys, keys, average_attn_weights=False)
        looked = torch.einsum("nhqk,knd->nhqd", maps, keys)
        return self.fc(looked.permute(2, 0, 1, 3).flatten(2))


def make_model():
    torch.manual_seed(0)
    return Pool().eval()


def make_inputs(batch=3, seq=5):
    torch.manual_seed(1)
    return torch.randn(seq, batch, 3), torch.randn(seq, batch, 3)


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch", "feature"))
