"""Recipes are named word by word. Only the evaluation searches for the likeliest names, with some of each recipe side by side."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BROKEN = False

WORDS, BEAMS, LENGTH = 24, 3, 4


class Names(nn.Module):
    def __init__(self, width=12):
        super().__init__()
        self.words = nn.Embedding(WORDS, width)
        self.reads = nn.LSTM(width, width, batch_first=True)
        self.says = nn.LSTMCell(width, width)
        self.scores = nn.Linear(width, WORDS)

    def start(self, recipe):
        _, (h, c) = self.reads(self.words(recipe))
        return h[-1], c[-1]

    def forward(self, recipe, name):
        state, said = self.start(recipe), []
        for word in self.words(name).unbind(1):
            state = self.says(word, state)
            said.append(self.scores(state[0]))
        return torch.stack(said, dim=1)

    def search(self, recipe):
        count = len(recipe)
        h, c = (part.repeat_interleave(BEAMS, dim=0) for part in self.start(recipe))
        sums = torch.tensor([0.0] + [-1e9] * (BEAMS - 1)).repeat(count, 1)
        word = torch.zeros(count * BEAMS, dtype=torch.long)
        rows = torch.zeros(count, 1) if BROKEN else torch.arange(count).view(-1, 1) * BEAMS
        for _ in range(LENGTH):
            h, c = self.says(self.words(word), (h, c))
            each = self.scores(h).log_softmax(dim=1).view(count, BEAMS, WORDS)
            sums, best = (sums[:, :, None] + each).view(count, -1).topk(BEAMS, dim=1)
            kept = (rows.long() + best.div(WORDS, rounding_mode="floor")).view(-1)
            word, h, c = (best % WORDS).view(-1), h[kept], c[kept]
        return sums[:, 0]


def main():
    torch.manual_seed(0)
    data = TensorDataset(torch.randint(WORDS, (40, 9)), torch.randint(WORDS, (40, LENGTH)))
    model = Names()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    for recipe, name in DataLoader(data, 8, shuffle=True):
        given = torch.cat([torch.zeros_like(name[:, :1]), name[:, :-1]], dim=1)
        loss = nn.functional.cross_entropy(model(recipe, given).flatten(0, 1), name.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        likely = [model.search(recipe) for recipe, _ in DataLoader(data, 8)]
    print(torch.cat(likely).mean().item())


if __name__ == "__main__":
    main()
