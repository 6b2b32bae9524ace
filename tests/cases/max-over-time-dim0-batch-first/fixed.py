import torch
import torch.nn as nn


class MaxEnc(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(60, 7)
        self.enc_lstm = nn.LSTM(7, 9, 1, bidirectional=True, batch_first=True)
        self.classifier = nn.Sequential(nn.Linear(18, 11), nn.Tanh(), nn.Linear(11, 3))

    def forward(self, sent):
        sent_output = self.enc_lstm(self.emb(sent))[0]
        emb = torch.max(sent_output, 1)[0]
        if emb.ndimension() == 3:
            emb = emb.squeeze(0)
        return self.classifier(emb)


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return MaxEnc()


def make_inputs():
    G.manual_seed(1)
    return (ids(60, 6, 9),)


INPUT_AXES = (("batch", "seq"),)
