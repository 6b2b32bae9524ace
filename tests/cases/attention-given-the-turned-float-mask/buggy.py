import torch
import torch.nn as nn


class Composer(nn.Module):
    def __init__(self, notes=20, d=8):
        super().__init__()
        self.embed, self.rnn = nn.Embedding(notes, d), nn.LSTM(d, d, batch_first=True)
        self.mha = nn.MultiheadAttention(d, 4, batch_first=True)
        self.out = nn.Linear(d, notes)

    def forward(self, notes):
        y, _ = self.rnn(self.embed(notes))
        mask = nn.Transformer.generate_square_subsequent_mask(y.size(1)).mT
        z, _ = self.mha(y, y, y, attn_mask=mask, need_weights=False)
        return self.out(y + z)


def make_model():
    torch.manual_seed(0)
    return Composer()


def make_inputs(batch=5, seq=7):
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 20, (batch, seq), generator=g),)


INPUT_AXES = (("batch", "seq"),)
