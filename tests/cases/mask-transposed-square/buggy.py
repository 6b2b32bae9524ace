import torch
import torch.nn as nn


class MaskedSum(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(5, 9, batch_first=True)
        self.fc = nn.Linear(9, 3)

    def forward(self, x, mask):
        out, _ = self.rnn(x)
        out = out * mask.t().unsqueeze(-1)
        return self.fc(out.sum(1) / mask.sum(1, keepdim=True))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return MaskedSum()


def make_inputs():
    G.manual_seed(1)
    return (rn(8, 8, 5), (torch.arange(8)[None] < torch.tensor([4, 8, 6, 3, 8, 7, 2, 5])[:, None]).float() * (rn(8, 8) * 0 + 1))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"))
