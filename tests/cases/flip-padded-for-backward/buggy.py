import torch
import torch.nn as nn


class TwoLSTM(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(40, 7, padding_idx=0)
        self.f = nn.LSTM(7, 8, batch_first=True)
        self.b = nn.LSTM(7, 8, batch_first=True)
        self.fc = nn.Linear(16, 3)

    def forward(self, x, lengths):
        e = self.emb(x)
        of, _ = self.f(e)
        ob, _ = self.b(e.flip(1))
        n = torch.arange(x.size(0))
        return self.fc(torch.cat([of[n, lengths - 1], ob[:, -1]], dim=1))


G = torch.Generator()


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return TwoLSTM()


def make_inputs():
    G.manual_seed(1)
    return (tok(40, [4, 9, 6, 3, 8, 7], 9), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("batch", "seq"), ("batch",))
