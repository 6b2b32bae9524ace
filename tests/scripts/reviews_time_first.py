"""Reviews of different lengths, padded by a collate function of one's own, read with steps first."""
import random

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

BROKEN = False
random.seed(0)
torch.manual_seed(0)


class Reviews(Dataset):
    def __init__(self, n):
        self.rows = [([random.randrange(1, 50) for _ in range(random.randint(3, 11))], random.randint(0, 1)) for _ in range(n)]

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i]


def collate_batch(batch):
    texts = [torch.tensor(t, dtype=torch.long) for t, _ in batch]
    labels = torch.tensor([y for _, y in batch])
    return pad_sequence(texts), torch.tensor([len(t) for t in texts]), labels


class SentimentNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(50, 12, padding_idx=0)
        self.lstm = nn.LSTM(12, 16)
        self.out = nn.Linear(16, 2)

    def forward(self, text, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.emb(text), lengths, enforce_sorted=False)
        output, (h, c) = self.lstm(packed)
        if BROKEN:
            output, _ = nn.utils.rnn.pad_packed_sequence(output)
            return self.out(output[:, -1])
        return self.out(h[-1])


train_loader = DataLoader(Reviews(40), batch_size=8, shuffle=True, collate_fn=collate_batch)
model = SentimentNet()
opt = torch.optim.Adam(model.parameters())
loss_fn = nn.CrossEntropyLoss()
for epoch in range(2):
    model.train()
    for text, lengths, label in train_loader:
        opt.zero_grad()
        scores = model(text, lengths)
        loss = loss_fn(scores[: len(label)], label[: len(scores)])
        loss.backward()
        opt.step()
    print(epoch, loss.item())
