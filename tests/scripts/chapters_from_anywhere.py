"""A language model that reads a book from anywhere: pieces that begin where chance says, stacked by hand, and their next letters."""
import torch
from torch import nn

BROKEN = False

BATCH, LENGTH, LETTERS = 8, 20, 30
torch.manual_seed(2)
book = torch.randint(0, LETTERS, (3000,))


def pieces():
    at = torch.randint(len(book) - LENGTH - 1, (BATCH,))
    read = torch.stack([book[i : i + LENGTH] for i in at])
    following = torch.stack([book[i + 1 : i + LENGTH + 1] for i in at])
    return read, following


class Reader(nn.Module):
    def __init__(self):
        super().__init__()
        self.letters = nn.Embedding(LETTERS, 12)
        self.lstm = nn.LSTM(12, 24, num_layers=2, batch_first=not BROKEN)
        self.next = nn.Linear(24, LETTERS)

    def forward(self, x):
        return self.next(self.lstm(self.letters(x))[0])


reader = Reader()
adam = torch.optim.Adam(reader.parameters())
for _ in range(6):
    x, y = pieces()
    loss = nn.functional.cross_entropy(reader(x).view(-1, LETTERS), y.view(-1))
    adam.zero_grad()
    loss.backward()
    adam.step()
print(loss.item())
