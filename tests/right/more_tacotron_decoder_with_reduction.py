import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """A decoder that makes two frames a step, with attention that knows where it was."""

    def __init__(self, vocab=20, d=8, mel=5, r=2):
        super().__init__()
        self.embed, self.encoder = nn.Embedding(vocab, d), nn.LSTM(d, d // 2, batch_first=True, bidirectional=True)
        self.prenet, self.cell = nn.Linear(mel, d), nn.LSTMCell(2 * d, d)
        self.query, self.key, self.energy = nn.Linear(d, d), nn.Linear(d, d), nn.Linear(d, 1)
        self.location = nn.Conv1d(1, d, 3, padding=1)
        self.out, self.mel, self.r = nn.Linear(2 * d, mel * r), mel, r

    def forward(self, text, frames):
        memory, _ = self.encoder(self.embed(text))
        b, t, _ = memory.shape
        h = c = memory.new_zeros(b, memory.size(-1))
        context, total = memory.new_zeros(b, memory.size(-1)), memory.new_zeros(b, t)
        made = []
        for frame in F.pad(frames, (0, 0, 1, 0))[:, : -1 : self.r].unbind(1):
            h, c = self.cell(torch.cat([F.relu(self.prenet(frame)), context], 1), (h, c))
            where = self.location(total.unsqueeze(1)).transpose(1, 2)
            e = self.energy(torch.tanh(self.query(h).unsqueeze(1) + self.key(memory) + where)).squeeze(-1)
            weights = e.softmax(-1)
            total = total + weights
            context = torch.einsum("bt,btd->bd", weights, memory)
            made.append(self.out(torch.cat([h, context], 1)).view(b, self.r, self.mel))
        return torch.cat(made, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randint(1, 20, (3, 7), generator=g), torch.randn(3, 8, 5, generator=g)


INPUT_AXES = (("batch", "text"), ("batch", "seq", "feature"))


def make_target():
    g = torch.Generator().manual_seed(2)
    return torch.randn(3, 8, 5, generator=g)


TARGET_AXES = ("batch", "seq", "feature")


def loss_fn(output, target):
    return F.l1_loss(output, target) + F.mse_loss(output, target)
