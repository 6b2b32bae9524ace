import torch
import torch.nn as nn
import torch.nn.functional as F


class Attn(nn.Module):
    def __init__(self, hidden):
        super().__init__()
        self.attn = nn.Linear(hidden * 2, hidden)
        self.v = nn.Parameter(torch.rand(hidden))

    def forward(self, hidden, encoder_outputs):
        timestep = encoder_outputs.size(0)
        h = hidden.repeat(timestep, 1, 1).transpose(0, 1)
        encoder_outputs = encoder_outputs.transpose(0, 1)
        energy = torch.tanh(self.attn(torch.cat([h, encoder_outputs], 2)))
        return F.softmax(torch.matmul(energy, self.v), dim=1).unsqueeze(1)


class Seq2SeqStep(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(5, 8)
        self.attention = Attn(8)
        self.out = nn.Linear(8, 7)

    def forward(self, src):
        outputs, hidden = self.encoder(src)
        w = self.attention(hidden[-1], outputs)
        context = w.bmm(outputs.transpose(0, 1))
        return self.out(context.squeeze(1))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Seq2SeqStep()


def make_inputs():
    G.manual_seed(1)
    return (rn(9, 6, 5),)


INPUT_AXES = (("seq", "batch", "feature"),)
