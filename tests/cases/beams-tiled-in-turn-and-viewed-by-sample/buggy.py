import torch
import torch.nn as nn


class Beam(nn.Module):
    def __init__(self, beam=3):
        super().__init__()
        self.beam, self.emb = beam, nn.Embedding(9, 4)
        self.encoder, self.cell, self.fc = nn.GRU(4, 6), nn.GRUCell(4, 6), nn.Linear(6, 9)

    def forward(self, x):
        batch = x.size(1)
        _, h = self.encoder(self.emb(x))
        h = h[0].repeat(self.beam, 1)
        token, score = torch.zeros(batch * self.beam, dtype=torch.long), torch.zeros(batch, self.beam, 1)
        h = self.cell(self.emb(token), h)
        total = score + self.fc(h).log_softmax(-1).view(batch, self.beam, -1)
        best, _ = total.flatten(1).topk(self.beam, dim=1)
        return best


def make_model():
    torch.manual_seed(0)
    return Beam()


def make_inputs(batch=4, seq=5):
    torch.manual_seed(1)
    return (torch.randint(0, 9, (seq, batch)),)


INPUT_AXES = (("seq", "batch"),)
