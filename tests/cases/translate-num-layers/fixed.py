
import torch
import torch.nn as nn


class S2S(nn.Module):
    def __init__(self, layers=2):
        super().__init__()
        self.layers = layers
        self.emb = nn.Embedding(30, 7)
        self.enc = nn.LSTM(7, 12, bidirectional=True)
        self.fc_hidden = nn.Linear(24, 12)
        self.fc_cell = nn.Linear(24, 12)
        self.dec = nn.LSTM(7, 12, num_layers=layers)
        self.fc = nn.Linear(12, 30)

    def forward(self, src, tgt):
        _, (h, c) = self.enc(self.emb(src))
        h = self.fc_hidden(torch.cat((h[0:1], h[1:2]), dim=2))
        c = self.fc_cell(torch.cat((c[0:1], c[1:2]), dim=2))
        h = h.repeat(self.layers, 1, 1)
        c = c.repeat(self.layers, 1, 1)
        x = tgt[0]
        outs = []
        for t in range(1, tgt.size(0)):
            o, (h, c) = self.dec(self.emb(x.unsqueeze(0)), (h, c))
            p = self.fc(o).squeeze(0)
            outs.append(p)
            x = p.argmax(1)
        return torch.stack(outs)


def make_model():
    torch.manual_seed(0)
    return S2S()


def make_inputs():
    return torch.randint(0, 30, (9, 5)), torch.randint(0, 30, (6, 5))


INPUT_AXES = (("seq", "batch"), ("seq", "batch"))
