
import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.GRU(3, 4, batch_first=True, bidirectional=True), nn.Linear(8, 2)

    def forward(self, seqs):
        lens = [len(s) for s in seqs]
        order = sorted(range(len(seqs)), key=lambda i: -lens[i])
        x = nn.utils.rnn.pad_sequence([seqs[i] for i in order], batch_first=True)
        p = nn.utils.rnn.pack_padded_sequence(x, [lens[i] for i in order], batch_first=True)
        o, h = self.rnn(p)
        o, l = nn.utils.rnn.pad_packed_sequence(o, batch_first=True)
        res = [None] * len(seqs)
        for j, i in enumerate(order):
            res[i] = o[j, :lens[i]].mean(0)
        return self.fc(torch.stack(res) + torch.cat([h[0], h[1]], 1)[[order.index(i) for i in range(len(seqs))]])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return ([torch.randn(3, 3), torch.randn(5, 3), torch.randn(4, 3)],)


INPUT_AXES = ((("seq","feature"),("seq","feature"),("seq","feature")),)
