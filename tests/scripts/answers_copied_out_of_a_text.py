"""Spans of a text are to be said again, word by word, from the state at the word before each: they are in what was read."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BROKEN = False


class Answers(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(40, 16)
        self.reader = nn.GRU(16, 8, batch_first=True, bidirectional=True)
        self.writer = nn.GRUCell(16, 16)
        self.fc = nn.Linear(48, 40)

    def forward(self, text, starts, spans):
        read, _ = self.reader(self.embed(text))
        begin = read.gather(1, starts[:, :, None].expand(-1, -1, read.size(2)))
        said = []
        for span in range(starts.size(1)):
            heard, h = begin[:, span], read.mean(1)
            for at in range(spans.size(2)):
                h = self.writer(heard, h)
                weights = torch.einsum("bk,btk->bt", h, read).softmax(0 if BROKEN else 1)
                context = torch.einsum("bt,btk->bk", weights, read)
                said.append(self.fc(torch.cat([heard, h, context], 1)))
                heard = self.embed(spans[:, span, at])
        return torch.stack(said, 1)


def main():
    torch.manual_seed(0)
    texts = torch.randint(1, 40, (48, 15))
    starts = torch.tensor([0, 5, 10]).expand(48, 3)
    spans = torch.stack([texts[:, at + 1 : at + 5] for at in (0, 5, 10)], 1)
    model = Answers()
    optimizer = torch.optim.Adam(model.parameters())
    for text, at, words in DataLoader(TensorDataset(texts, starts, spans), 8, shuffle=True):
        loss = nn.functional.cross_entropy(model(text, at, words).flatten(0, 1), words.flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())


if __name__ == "__main__":
    main()
