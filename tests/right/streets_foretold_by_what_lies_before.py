import torch
from torch import nn
from torch.nn import functional as F


class Streets(nn.Module):
    """Windows that end at their own step, weights that hide what comes, attention with a mask: each next count is still to come."""

    def __init__(self, streets=3, width=8):
        super().__init__()
        self.before = nn.Conv1d(streets, width, 3)
        self.hidden = nn.Conv1d(width, width, 5, padding=2)
        self.register_buffer("shown", torch.tensor([1.0, 1.0, 1.0, 0.0, 0.0]))
        self.chomped = nn.Conv1d(width, width, 3, padding=4, dilation=2)
        self.rnn = nn.GRU(width, width, batch_first=True)
        self.attend = nn.MultiheadAttention(width, 2, batch_first=True)
        self.head = nn.Linear(width, streets)

    def forward(self, counts):
        cars, level = counts[:, :-1], counts[:, :-1].mean(1, keepdim=True)
        y = self.before(F.pad((cars - level).transpose(1, 2), (2, 0))).relu()
        y = F.conv1d(y, self.hidden.weight * self.shown, self.hidden.bias, padding=2).relu()
        y = self.chomped(y)[..., :-4].relu()
        h, _ = self.rnn(y.transpose(1, 2))
        mask = nn.Transformer.generate_square_subsequent_mask(h.size(1))
        h = h + self.attend(h, h, h, attn_mask=mask, need_weights=False)[0]
        return F.mse_loss(self.head(h) + level, counts[:, 1:])


def make_model():
    torch.manual_seed(0)
    return Streets()


def make_inputs():
    return (torch.randn(6, 13, 3, generator=torch.Generator().manual_seed(2)),)


INPUT_AXES = (("batch", "seq", "feature"),)
