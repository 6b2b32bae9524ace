
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, V=15, E=5, D=5, C=5):
        super().__init__()
        self.embedding = nn.Embedding(V, E)
        self.enc_att, self.dec_att, self.full = nn.Linear(C, 5), nn.Linear(D, 5), nn.Linear(5, 1)
        self.f_beta = nn.Linear(D, C)
        self.cell = nn.LSTMCell(E + C, D)
        self.ih, self.ic = nn.Linear(C, D), nn.Linear(C, D)
        self.fc = nn.Linear(D, V)
        self.drop = nn.Dropout(0.5)

    def forward(self, img, caps, lens):
        img = img.view(img.size(0), -1, img.size(-1))
        lens, ind = lens.squeeze(1).sort(dim=0, descending=True)
        img, caps = img[ind], caps[ind]
        emb = self.embedding(caps)
        h, c = self.ih(img.mean(1)), self.ic(img.mean(1))
        dl = (lens - 1).tolist()
        pred = torch.zeros(img.size(0), max(dl), 15); alphas = torch.zeros(img.size(0), max(dl), img.size(1))
        for t in range(max(dl)):
            n = sum([l > t for l in dl])
            e = self.full(F.relu(self.enc_att(img[:n]) + self.dec_att(h[:n]).unsqueeze(1))).squeeze(2)
            a = F.softmax(e, dim=1)
            awe = (img[:n] * a.unsqueeze(2)).sum(dim=1)
            awe = torch.sigmoid(self.f_beta(h[:n])) * awe
            h, c = self.cell(torch.cat([emb[:n, t], awe], 1), (h[:n], c[:n]))
            pred[:n, t] = self.fc(self.drop(h)); alphas[:n, t] = a
        from torch.nn.utils.rnn import pack_padded_sequence as pps
        scores = pps(pred, dl, batch_first=True).data
        targets = pps(caps[:, 1:], dl, batch_first=True).data
        loss = F.cross_entropy(scores, targets)
        return loss + ((1.0 - alphas.sum(dim=1)) ** 2).mean()


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(5, 5, 1, 5), torch.randint(0, 15, (5, 6)), torch.LongTensor([[4], [6], [5], [3], [6]])


INPUT_AXES = (("batch","height","width","feature"),("batch","seq"),("batch",None))
