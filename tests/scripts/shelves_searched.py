"""Shelves of books that are searched at every step: a state is compared with each book by the angle between them."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BROKEN = False


class Shelf(nn.Module):
    def __init__(self):
        super().__init__()
        self.books = nn.Parameter(torch.randn(8, 8))
        self.gru = nn.GRU(4, 8, batch_first=True)
        self.fc = nn.Linear(16, 3)

    def forward(self, x):
        _, h = self.gru(x)
        asked = h[-1]
        dim = 1 if BROKEN else 2
        near = torch.cosine_similarity(asked.unsqueeze(1), self.books.expand(len(x), -1, -1), dim=dim)
        found = near.softmax(dim=1) @ self.books
        return self.fc(torch.cat([asked, found], dim=1))


def main():
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(64, 12, 4), torch.randint(0, 3, (64,)))
    model = Shelf()
    optimizer = torch.optim.Adam(model.parameters())
    for x, y in DataLoader(data, 16, shuffle=True):
        loss = nn.functional.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())


if __name__ == "__main__":
    main()
