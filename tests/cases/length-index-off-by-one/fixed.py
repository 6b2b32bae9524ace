import torch
import torch.nn as nn


class LastValid(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(40, 7, padding_idx=0)
        self.lstm = nn.LSTM(7, 9, batch_first=True)
        self.fc = nn.Linear(9, 3)

    def forward(self, x, lengths):
        out, _ = self.lstm(self.emb(x))
        idx = lengths - 1
        last = out[torch.arange(x.size(0)), idx]
        return self.fc(last)


G = torch.Generator()


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return LastValid()


def make_inputs():
    G.manual_seed(1)
    return (tok(40, [4, 9, 6, 3, 8, 7], 9), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("batch", "seq"), ("batch",))
