import torch
import torch.nn as nn


class Model(nn.Module):
    """A stack that is pushed and popped by degrees; its rows move by one each step."""

    def __init__(self, vocab=10, d=6, depth=5, w=4):
        super().__init__()
        self.embed, self.cell = nn.Embedding(vocab, d), nn.RNNCell(d + w, d)
        self.act, self.push, self.out = nn.Linear(d, 3), nn.Linear(d, w), nn.Linear(d, vocab)
        self.depth, self.w = depth, w

    def forward(self, words):
        b = words.size(0)
        h, stack = torch.zeros(b, self.cell.hidden_size), torch.zeros(b, self.depth, self.w)
        scores = []
        for x in self.embed(words).unbind(1):
            h = self.cell(torch.cat([x, stack[:, 0]], 1), h)
            act = self.act(h).softmax(1)[:, :, None, None]
            pushed = torch.cat([torch.tanh(self.push(h)).unsqueeze(1), stack[:, :-1]], 1)
            popped = torch.cat([stack[:, 1:], torch.zeros(b, 1, self.w)], 1)
            stack = act[:, 0] * pushed + act[:, 1] * popped + act[:, 2] * stack
            scores.append(self.out(h))
        return torch.stack(scores, 1)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 10, (4, 6), generator=g),)


INPUT_AXES = (("batch", "seq"),)
