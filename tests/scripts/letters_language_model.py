"""A language model of letters: columns of text, inputs and targets cut from them one step apart."""
import torch
from torch import nn

BROKEN = False

torch.manual_seed(0)
text = "the quick brown fox jumps over the lazy dog. " * 30
letters = sorted(set(text))
data = torch.tensor([letters.index(c) for c in text])
BATCH, BPTT = 8, 12
n = len(data) // BATCH
data = data[: n * BATCH].view(BATCH, n).t().contiguous()  # (steps, batch)


def get_batch(source, i):
    length = min(BPTT, len(source) - 1 - i)
    x = source[i : i + length]
    y = source[i + 1 : i + 1 + length]
    if BROKEN:
        return x, y.t().reshape(-1)
    return x, y.reshape(-1)


class RNNModel(nn.Module):
    def __init__(self, vocab, size):
        super().__init__()
        self.encoder = nn.Embedding(vocab, size)
        self.rnn = nn.LSTM(size, size, 2)
        self.decoder = nn.Linear(size, vocab)

    def forward(self, x, hidden):
        output, hidden = self.rnn(self.encoder(x), hidden)
        return self.decoder(output), hidden

    def init_hidden(self, batch):
        weight = next(self.parameters())
        return weight.new_zeros(2, batch, 16), weight.new_zeros(2, batch, 16)


model = RNNModel(len(letters), 16)
criterion = nn.CrossEntropyLoss()
hidden = model.init_hidden(BATCH)
for i in range(0, 60, BPTT):
    x, y = get_batch(data, i)
    hidden = tuple(h.detach() for h in hidden)
    model.zero_grad()
    output, hidden = model(x, hidden)
    loss = criterion(output.view(-1, len(letters)), y)
    loss.backward()
    for p in model.parameters():
        p.data.add_(p.grad, alpha=-0.5)
print(loss.item())
