import torch
import torch.nn as nn


class Shifted(nn.Module):
    """Attention of a GRU's outputs with a relative shift: (q, k + 1) viewed as (k + 1, q), and one row less, is what is meant."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(6, 8, batch_first=True)
        self.places = nn.Parameter(torch.randn(7, 8))
        self.out = nn.Linear(8, 4)

    def forward(self, x):
        states, _ = self.rnn(x)
        far = states @ self.places.t()
        b, q, k = far.shape
        far = torch.cat([far.new_zeros(b, q, 1), far], -1).view(b, k + 1, q)[:, 1:].reshape(b, q, k)
        near = states @ states.transpose(1, 2)
        return self.out(torch.softmax(near + far, -1) @ states)


def make_model():
    torch.manual_seed(0)
    return Shifted()


def make_inputs():
    return (torch.randn(5, 7, 6, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)
