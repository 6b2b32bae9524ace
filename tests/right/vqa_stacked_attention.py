
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb, self.lstm, self.img = nn.Embedding(15, 4), nn.LSTM(2 * 4, 4, 1), nn.Linear(4, 4)
        self.fc, self.ff1, self.ff2, self.att, self.mlp = nn.Linear(8, 4), nn.Linear(4, 3), nn.Linear(4, 3), nn.Linear(3, 1), nn.Linear(4, 5)
        self.word2vec = nn.Embedding(15, 4); self.tanh = nn.Tanh()

    def forward(self, im, ques):
        im = im.view(im.size(0), im.size(1), -1).transpose(2, 1)
        im = im / (im.norm(p=2, dim=-1, keepdim=True) + 1e-6)
        q = torch.cat([self.tanh(self.emb(ques)), self.word2vec(ques)], -1).transpose(0, 1)
        _, (h, c) = self.lstm(q)
        qf = torch.cat((h, c), 2).transpose(0, 1).reshape(im.size(0), -1)
        vq, vi = self.tanh(self.fc(qf)), self.tanh(self.img(im))
        for _ in range(2):
            ha = self.tanh(self.ff1(vi) + self.ff2(vq).unsqueeze(dim=1))
            pi = torch.softmax(self.att(F.dropout(ha, .5)), dim=1)
            vq = (pi * vi).sum(dim=1) + vq
        return self.mlp(vq)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(4, 4, 2, 2), torch.randint(0, 15, (4, 4))


INPUT_AXES = (("batch","channel","height","width"),("batch","seq"))


def make_target():
    torch.manual_seed(2)
    return torch.randint(0, 5, (4,))


TARGET_AXES = ("batch",)


def loss_fn(o, t):
    return F.cross_entropy(o, t)
