import torch
import torch.nn as nn


class Model(nn.Module):
    """Returns, states and actions are interleaved as steps, and taken apart again."""

    def __init__(self, states=5, actions=3, d=8):
        super().__init__()
        self.r, self.s, self.a, self.time = nn.Linear(1, d), nn.Linear(states, d), nn.Linear(actions, d), nn.Embedding(20, d)
        self.block = nn.TransformerEncoderLayer(d, 2, 16, dropout=0.0, batch_first=True)
        self.rnn, self.out = nn.GRU(d, d, batch_first=True), nn.Linear(d, actions)

    def forward(self, returns, states, actions):
        b, t, _ = states.shape
        place = self.time(torch.arange(t))
        tokens = torch.stack([self.r(returns) + place, self.s(states) + place, self.a(actions) + place], dim=2)
        tokens = tokens.view(b, 3 * t, -1)
        mask = torch.full((3 * t, 3 * t), float("-inf")).triu(1)
        y = self.block(tokens, src_mask=mask).view(b, t, 3, -1)
        return self.out(self.rnn(y[:, :, 1])[0])


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(4, 6, 1, generator=g), torch.randn(4, 6, 5, generator=g), torch.randn(4, 6, 3, generator=g)


INPUT_AXES = (("batch", "seq", "one"), ("batch", "seq", "feature"), ("batch", "seq", "feature"))
