
import torch
import torch.nn as nn
import torch.nn.functional as F


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(20, 7, padding_idx=0)
        self.lstm = nn.LSTM(7, 12, batch_first=True)
        self.fc = nn.Linear(12, 2)

    def forward(self, x, lens):
        out, _ = self.lstm(self.emb(x))
        idx = (lens - 1).view(1, -1, 1).expand(1, out.size(0), out.size(2))
        last = out.gather(0, idx).squeeze(0)
        return self.fc(last)


def make_model():
    torch.manual_seed(0)
    return Tagger()


def make_inputs():
    x = torch.randint(1, 20, (6, 9)); lens = torch.tensor([6, 5, 5, 4, 2, 3])
    for i, n in enumerate(lens.tolist()):
        x[i, n:] = 0
    return x, lens


INPUT_AXES = (("batch", "seq"), ("batch",))


def make_target():
    return torch.randint(0, 2, (6,))


TARGET_AXES = ("batch",)


def loss_fn(o, t):
    return F.cross_entropy(o, t)
