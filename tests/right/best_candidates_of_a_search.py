import torch
import torch.nn as nn


class Search(nn.Module):
    """Keeps the best answers with their states, lets a score choose which layers to go on with, and fills gaps with the past."""

    def __init__(self, kept=3):
        super().__init__()
        self.kept = kept
        self.embed = nn.Embedding(9, 6)
        self.encoder = nn.LSTM(4, 6, num_layers=3, batch_first=True)
        self.decoder = nn.LSTM(6, 6, num_layers=3, batch_first=True)
        self.words = nn.Linear(6, 9)
        self.depth = nn.Linear(6, 3)
        self.last = nn.GRU(6, 6, num_layers=2, batch_first=True)

    def filled(self, x):
        seen = torch.where(x > 0, torch.arange(x.size(1))[:, None], 0).cummax(1).values
        nearest = torch.where(x > 0, torch.arange(x.size(2)), 0).cummax(2).values
        return x.gather(1, seen) + x.gather(2, nearest)

    def forward(self, x):
        output, state = self.encoder(self.filled(x))
        h, c = (s.repeat_interleave(self.kept, 1) for s in state)
        batch = x.size(0)
        words = torch.zeros(batch * self.kept, 1, dtype=torch.long)
        scores = torch.arange(self.kept).mul(-1.0).repeat(batch, 1)
        first = torch.arange(batch)[:, None] * self.kept
        for _ in range(3):
            step, (h, c) = self.decoder(self.embed(words[:, -1:]), (h, c))
            each = self.words(step[:, -1]).log_softmax(-1).view(batch, self.kept, 9)
            scores, best = (scores[:, :, None] + each).flatten(1).topk(self.kept)
            parent, word = (first + best // 9).flatten(), (best % 9).flatten()
            words = torch.cat([words[parent], word[:, None]], 1)
            h, c = h[:, parent], c.index_select(1, parent)
        deepest = self.depth(output.mean((0, 1))).topk(2).indices
        return self.last(self.embed(words), h[deepest])[0]


def make_model():
    torch.manual_seed(0)
    return Search()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(4, 7, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
