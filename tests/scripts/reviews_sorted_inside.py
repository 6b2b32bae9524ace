"""Reviews that a script pads by itself, and that a model sorts by length, packs, and puts back into the order they came in."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence

BROKEN = False


class Reviews(nn.Module):
    def __init__(self):
        super().__init__()
        self.words = nn.Embedding(50, 6, padding_idx=0)
        self.gru = nn.GRU(6, 8)
        self.fc = nn.Linear(8, 2)

    def forward(self, ids, lengths):
        lengths, order = lengths.sort(descending=True)
        _, h = self.gru(pack_padded_sequence(self.words(ids).index_select(1, order), lengths))
        back = order if BROKEN else order.argsort()
        return self.fc(h[0].index_select(0, back))


def main():
    torch.manual_seed(0)
    reviews = [torch.randint(1, 50, (int(torch.randint(2, 12, ())),)) for _ in range(40)]
    opinions = torch.randint(0, 2, (40,))
    model = Reviews()
    optimizer = torch.optim.Adam(model.parameters())
    for start in range(0, 40, 8):
        some = reviews[start : start + 8]
        lengths = torch.tensor([len(review) for review in some])
        loss = nn.functional.cross_entropy(model(pad_sequence(some), lengths), opinions[start : start + 8])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())


if __name__ == "__main__":
    main()
