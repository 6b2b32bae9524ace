"""Surnames to languages: one-hot letters, batches cut by hand from shuffled tensors, a bidirectional GRU."""
import torch
import torch.nn.functional as F
from torch import nn

BROKEN = False

torch.manual_seed(1)
X = F.one_hot(torch.randint(0, 26, (64, 9)), 26).float()
Y = torch.randint(0, 5, (64,))


class NameClassifier(nn.Module):
    def __init__(self, n_letters=26, n_hidden=24, n_langs=5):
        super().__init__()
        self.n_hidden = n_hidden
        self.gru = nn.GRU(n_letters, n_hidden, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * n_hidden, n_langs)

    def forward(self, names):
        batch_size = names.shape[0]
        _, hidden = self.gru(names)
        if BROKEN:
            hidden = hidden.reshape(batch_size, 2 * self.n_hidden)
        else:
            hidden = torch.cat([hidden[0], hidden[1]], dim=1)
        return F.log_softmax(self.fc(hidden), dim=1)


net = NameClassifier()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
net.eval()
with torch.no_grad():
    print("before", (net(X).argmax(1) == Y).float().mean().item())
net.train()
for epoch in range(2):
    perm = torch.randperm(len(X))
    for i in range(0, len(X), 16):
        idx = perm[i : i + 16]
        loss = F.nll_loss(net(X[idx]), Y[idx])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
