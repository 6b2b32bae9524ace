
import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, V=9, K=5, H=6):
        super().__init__()
        self.K, self.H = K, H
        self.word_embeds, self.lstm, self.h2t = nn.Embedding(V, 4), nn.LSTM(4, H // 2, num_layers=1, bidirectional=True), nn.Linear(H, K)
        self.transitions = nn.Parameter(torch.randn(K, K)); self.transitions.data[3, :] = -10000; self.transitions.data[:, 4] = -10000
        self.hidden = self.init_hidden()

    def init_hidden(self):
        return (torch.randn(2, 1, self.H // 2), torch.randn(2, 1, self.H // 2))

    def forward(self, sentence, tags):
        self.hidden = self.init_hidden()
        e = self.word_embeds(sentence).view(len(sentence), 1, -1)
        o, self.hidden = self.lstm(e, self.hidden)
        feats = self.h2t(o.view(len(sentence), self.H))
        fv = torch.full((1, self.K), -10000.); fv[0][3] = 0.
        for feat in feats:
            al = []
            for nt in range(self.K):
                em = feat[nt].view(1, -1).expand(1, self.K)
                al.append(torch.logsumexp(fv + self.transitions[nt].view(1, -1) + em, 1).view(1))
            fv = torch.cat(al).view(1, -1)
        Z = torch.logsumexp(fv + self.transitions[4], 1)[0]
        score = torch.zeros(1); tags = torch.cat([torch.tensor([3]), tags])
        for i, feat in enumerate(feats):
            score = score + self.transitions[tags[i + 1], tags[i]] + feat[tags[i + 1]]
        return Z - score - self.transitions[4, tags[-1]]


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randint(0, 9, (5,)), torch.randint(0, 3, (5,))


INPUT_AXES = (("seq",),("seq",))
