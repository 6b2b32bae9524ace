
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb, self.rnn = nn.Embedding(20, 4), nn.LSTM(4, 4)
        self.head = nn.Sequential(nn.BatchNorm1d(12), nn.Dropout(.2), nn.Linear(12, 4), nn.ReLU(inplace=True), nn.BatchNorm1d(4), nn.Linear(4, 2))

    def pool(self, x, bs, is_max):
        f = F.adaptive_max_pool1d if is_max else F.adaptive_avg_pool1d
        return f(x.permute(1, 2, 0), (1,)).view(bs, -1)

    def forward(self, x):
        outs, h = [], None
        for i in range(0, x.size(0), 2):
            o, h = self.rnn(self.emb(x[i:i + 2]), h)
            h = tuple(v.detach() for v in h)
            outs.append(o)
        output = torch.cat(outs)
        sl, bs, _ = output.size()
        return self.head(torch.cat([output[-1], self.pool(output, bs, True), self.pool(output, bs, False)], 1))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randint(0, 20, (4, 4)),)


INPUT_AXES = (("seq","batch"),)


def make_target():
    torch.manual_seed(2)
    return torch.randint(0, 2, (4,))


TARGET_AXES = ("batch",)


def loss_fn(o, t):
    return F.cross_entropy(o, t)
