import torch
import torch.nn as nn


class A(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(40, 7, padding_idx=0)
        self.rnn = nn.LSTM(7, 6, batch_first=True)
        self.fc = nn.Linear(6, 3)

    def forward(self, x, lengths):
        o, _ = self.rnn(self.emb(x))
        m = (torch.arange(x.size(1)).expand(len(x), -1) < lengths.unsqueeze(1)).unsqueeze(2).type_as(o)
        return self.fc((o * m).sum(1) / m.sum(1))


G = torch.Generator()


def tok(n, lens, width):
    x = torch.randint(1, n, (len(lens), width), generator=G)
    return x * (torch.arange(width)[None] < torch.tensor(lens)[:, None])


def make_model():
    torch.manual_seed(0)
    return A()


def make_inputs():
    G.manual_seed(1)
    return (tok(40, [4, 9, 6, 3, 8, 7], 9), torch.tensor([4, 9, 6, 3, 8, 7]))


INPUT_AXES = (("batch", "seq"), ("batch",))
