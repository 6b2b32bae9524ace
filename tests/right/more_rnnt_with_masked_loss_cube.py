import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, mel=6, vocab=7, d=8):
        super().__init__()
        self.encoder, self.embed = nn.LSTM(mel, d, batch_first=True), nn.Embedding(vocab, d, padding_idx=0)
        self.predictor = nn.GRU(d, d, batch_first=True)
        self.join, self.out = nn.Linear(2 * d, d), nn.Linear(d, vocab)

    def forward(self, mel, labels):
        e, _ = self.encoder(mel)
        p, _ = self.predictor(F.pad(self.embed(labels), (0, 0, 1, 0)))
        e = e.unsqueeze(2).expand(-1, -1, p.size(1), -1)
        p = p.unsqueeze(1).expand(-1, e.size(1), -1, -1)
        return self.out(torch.tanh(self.join(torch.cat([e, p], -1)))).log_softmax(-1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(3, 8, 6, generator=g), torch.randint(1, 7, (3, 4), generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "label"))
