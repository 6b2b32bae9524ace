"""An autoencoder of sequences: the code of a sample is repeated for every step that is decoded."""
import torch
from torch import nn
from torch.utils.data import DataLoader

BROKEN = False

torch.manual_seed(0)


class Encoder(nn.Module):
    def __init__(self, n_features, embedding_dim):
        super().__init__()
        self.rnn = nn.LSTM(n_features, embedding_dim, batch_first=True)

    def forward(self, x):
        _, (h, _) = self.rnn(x)
        return h.squeeze(0)


class Decoder(nn.Module):
    def __init__(self, seq_len, embedding_dim, n_features):
        super().__init__()
        self.seq_len, self.dim = seq_len, embedding_dim
        self.rnn = nn.LSTM(embedding_dim, embedding_dim, batch_first=True)
        self.out = nn.Linear(embedding_dim, n_features)

    def forward(self, z):
        n = z.shape[0]
        if BROKEN:
            z = z.repeat(self.seq_len, 1).reshape(n, self.seq_len, self.dim)
        else:
            z = z.unsqueeze(1).repeat(1, self.seq_len, 1)
        return self.out(self.rnn(z)[0])


class RecurrentAutoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(3, 8), Decoder(11, 8, 3)

    def forward(self, x):
        return self.decoder(self.encoder(x))


dataset = [torch.randn(11, 3) for _ in range(24)]
model = RecurrentAutoencoder()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
criterion = nn.L1Loss(reduction="sum")
for epoch in range(2):
    losses = []
    for seq_true in DataLoader(dataset, batch_size=4):
        optimizer.zero_grad()
        seq_pred = model(seq_true)
        loss = criterion(seq_pred, seq_true)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    print(epoch, sum(losses) / len(losses))
