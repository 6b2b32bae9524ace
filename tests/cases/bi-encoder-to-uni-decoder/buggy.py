
import torch
import torch.nn as nn


class JointNLU(nn.Module):
    def __init__(self, H=10):
        super().__init__()
        self.emb = nn.Embedding(30, 8)
        self.enc = nn.LSTM(8, H, batch_first=True, bidirectional=True)
        self.temb = nn.Embedding(9, 6)
        self.dec = nn.LSTM(6 + 2 * H, 2 * H, batch_first=True)
        self.slot = nn.Linear(2 * H, 9)

    def forward(self, x, tags):
        out, (h, c) = self.enc(self.emb(x))
        scores = []
        for i in range(x.size(1)):
            inp = torch.cat([self.temb(tags[:, i:i + 1]), out[:, i:i + 1]], 2)
            o, (h, c) = self.dec(inp, (h, c))
            scores.append(self.slot(o.squeeze(1)))
        return torch.stack(scores, 1)


def make_model():
    torch.manual_seed(0)
    return JointNLU()


def make_inputs():
    return torch.randint(0, 30, (5, 8)), torch.randint(0, 9, (5, 8))


INPUT_AXES = (("batch", "seq"), ("batch", "seq"))
