import torch
import torch.nn as nn


class BeamAttention(nn.Module):
    def __init__(self, vocab=29, width=8, beams=2):
        super().__init__()
        self.beams = beams
        self.embed = nn.Embedding(vocab, width)
        self.encoder = nn.LSTM(width, width, batch_first=True)
        self.cell = nn.LSTMCell(width, width)
        self.out = nn.Linear(2 * width, vocab)

    def forward(self, source):
        memory, (h, c) = self.encoder(self.embed(source))
        memory = memory.repeat_interleave(self.beams, 0)
        h, c = (s[0].repeat_interleave(self.beams, 0) for s in (h, c))
        h, c = self.cell(h, (h, c))
        weights = torch.bmm(memory, h.unsqueeze(2)).softmax(1)
        context = torch.bmm(weights.transpose(1, 2), memory).squeeze(1)
        return self.out(torch.cat([h, context], 1))


def make_model():
    torch.manual_seed(46)
    return BeamAttention()


def make_inputs(batch=5, seq=9):
    return (torch.randint(0, 29, (batch, seq)),)


INPUT_AXES = (("batch", "seq"),)
