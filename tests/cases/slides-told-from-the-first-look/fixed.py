import torch
import torch.nn as nn


class Captions(nn.Module):
    def __init__(self, words=20, d=8):
        super().__init__()
        self.look, self.embed = nn.GRU(5, d), nn.Embedding(words, d)
        self.cell, self.say = nn.GRUCell(d, d), nn.Linear(d, words)

    def forward(self, frames, caption):
        _, seen = self.look(frames)
        said, state = [], seen[0]
        for word in self.embed(caption).unbind(0):
            state = self.cell(word, state)
            said.append(self.say(state))
        return torch.stack(said)


def make_model():
    torch.manual_seed(0)
    return Captions()


def make_inputs(batch=4, seq=7):
    g = torch.Generator().manual_seed(1)
    return torch.randn(seq, batch, 5, generator=g), torch.randint(0, 20, (6, batch), generator=g)


INPUT_AXES = (("seq", "batch", "feature"), ("seq@caption", "batch"))
