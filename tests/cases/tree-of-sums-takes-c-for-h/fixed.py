import torch
import torch.nn as nn


class Tree(nn.Module):
    def __init__(self, hidden=4):
        super().__init__()
        self.hidden = hidden
        self.x, self.sums = nn.Linear(3, 3 * hidden), nn.Linear(hidden, 3 * hidden, bias=False)
        self.forget_x, self.forget_h = nn.Linear(3, hidden), nn.Linear(hidden, hidden, bias=False)
        self.fc = nn.Linear(hidden, 2)

    def node(self, x, children):
        empty = x.new_zeros(x.size(0), 1, self.hidden)
        pairs = [torch.stack(part, 1) for part in zip(*children)] if children else [empty, empty]
        h, c = pairs
        i, o, u = (self.x(x) + self.sums(h.sum(1))).split(self.hidden, -1)
        f = torch.sigmoid(self.forget_h(h) + self.forget_x(x).unsqueeze(1))
        c = i.sigmoid() * u.tanh() + (f * c).sum(1)
        return o.sigmoid() * c.tanh(), c

    def forward(self, words):
        leaves = [self.node(word, []) for word in words.unbind(1)]
        first, second = (self.node(words.mean(1), leaves[i : i + 2]) for i in (0, 2))
        return self.fc(self.node(words.mean(1), [first, second])[0])


def make_model():
    torch.manual_seed(0)
    return Tree()


def make_inputs(batch=4):
    torch.manual_seed(1)
    return (torch.randn(batch, 4, 3),)


INPUT_AXES = (("batch", "word", "feature"),)
