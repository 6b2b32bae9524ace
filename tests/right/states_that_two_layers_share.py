import torch
import torch.nn as nn


class Model(nn.Module):
    """A conditional decoder: two layers share a state, and the upper one reads what the lower one's state attends to."""

    def __init__(self, f=4, hidden=8):
        super().__init__()
        self.encode = nn.GRU(f, hidden, batch_first=True)
        self.ask, self.look = nn.GRU(f, hidden, batch_first=True), nn.GRU(hidden, hidden, batch_first=True)
        self.begin, self.turn = nn.GRUCell(f, hidden), nn.GRUCell(f, hidden)
        self.out = nn.Linear(2 * hidden, 3)

    def forward(self, x, y):
        memory, state = self.encode(x)
        deep, seen = state[0], []
        for t in range(y.size(1)):
            asked, state = self.ask(y[:, t : t + 1], state)
            context = (asked @ memory.transpose(1, 2)).softmax(-1) @ memory
            _, state = self.look(context, state)
            deep = self.turn(torch.zeros_like(y[:, t]), self.begin(y[:, t], deep))
            seen.append(torch.cat([state[0], deep], 1))
        return self.out(torch.stack(seen, 1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(5, 7, 4, generator=g), torch.randn(5, 6, 4, generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "target_seq", "feature"))
