import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """Attention whose centre moves forward over the text, as a softplus of the state says."""

    def __init__(self, vocab=20, d=8):
        super().__init__()
        self.embed, self.encoder, self.cell = nn.Embedding(vocab, d), nn.LSTM(d, d), nn.LSTMCell(d + 3, d)
        self.move, self.out = nn.Linear(d, 2), nn.Linear(2 * d, 3)

    def forward(self, text, frames):
        memory, _ = self.encoder(self.embed(text))
        t, b, d = memory.shape
        h = c = memory.new_zeros(b, d)
        centre, context, made = memory.new_zeros(b), memory.new_zeros(b, d), []
        for frame in frames:
            h, c = self.cell(torch.cat([frame, context], 1), (h, c))
            step, width = F.softplus(self.move(h)).unbind(1)
            centre = centre + step
            far = torch.arange(t).unsqueeze(1) - centre
            w = torch.exp(-far * far * width)
            w = w / (w.sum(0, keepdim=True) + 1e-6)
            context = (w.unsqueeze(2) * memory).sum(0)
            made.append(self.out(torch.cat([h, context], 1)))
        return torch.stack(made)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randint(0, 20, (7, 4), generator=g), torch.randn(5, 4, 3, generator=g)


INPUT_AXES = (("text", "batch"), ("seq", "batch", "feature"))
