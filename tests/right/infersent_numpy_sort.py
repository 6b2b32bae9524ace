
import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, d=4, H=4):
        super().__init__()
        self.enc_lstm = nn.LSTM(d, H, 1, bidirectional=True); self.fc = nn.Linear(8 * H, 3)

    def encode(self, sent, sent_len):
        sent_len = sent_len.numpy()
        sl, idx = np.sort(sent_len)[::-1].copy(), np.argsort(-sent_len)
        un = np.argsort(idx)
        sent = sent.index_select(1, torch.from_numpy(idx))
        p = nn.utils.rnn.pack_padded_sequence(sent, sl)
        o = nn.utils.rnn.pad_packed_sequence(self.enc_lstm(p)[0])[0]
        o = o.index_select(1, torch.from_numpy(un))
        o = torch.where(o == 0.0, torch.full_like(o, -1e9), o)
        emb = torch.max(o, 0)[0]
        if emb.ndimension() == 3:
            emb = emb.squeeze(0)
        return emb

    def forward(self, a, la, b, lb):
        u, v = self.encode(a, la), self.encode(b, lb)
        return self.fc(torch.cat((u, v, torch.abs(u - v), u * v), 1))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(4, 4, 4), torch.tensor([2, 4, 3, 4]), torch.randn(4, 4, 4), torch.tensor([4, 1, 3, 2])


INPUT_AXES = (("seq","batch","feature"),("batch",),("seq","batch","feature"),("batch",))


def make_target():
    torch.manual_seed(2)
    return torch.randint(0, 3, (4,))


TARGET_AXES = ("batch",)


def loss_fn(o, t):
    return F.cross_entropy(o, t)
