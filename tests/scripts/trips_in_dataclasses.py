"""Dataclass batches; rows are sorted by length for packing, labels are not."""
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_sequence
from torch.utils.data import DataLoader

BROKEN = False
g = torch.Generator().manual_seed(0)
torch.manual_seed(0)
trips = [(torch.randn(int(torch.randint(4, 15, (1,), generator=g)), 3, generator=g), torch.randn((), generator=g)) for _ in range(40)]


@dataclass
class TripBatch:
    points: torch.Tensor
    sizes: torch.Tensor
    minutes: torch.Tensor

    def to(self, device):
        return TripBatch(self.points.to(device), self.sizes.to(device), self.minutes.to(device))


def collate(samples):
    points = pad_sequence([s[0] for s in samples])
    sizes = torch.tensor([len(s[0]) for s in samples])
    minutes = torch.stack([s[1] for s in samples])
    return TripBatch(points, sizes, minutes)


class Eta(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(3, 18)
        self.fc = nn.Linear(18, 1)

    def forward(self, points, sizes):
        _, (h, _) = self.lstm(pack_padded_sequence(points, sizes))
        return self.fc(h[0])[:, 0]


model = Eta()
opt = torch.optim.RMSprop(model.parameters(), 1e-3)
device = "cpu"
for ep in range(2):
    for batch in DataLoader(trips, batch_size=8, collate_fn=collate):
        batch = batch.to(device)
        sizes, order = batch.sizes.sort(descending=True)
        pred = model(batch.points[:, order], sizes)
        if BROKEN:
            loss = nn.functional.l1_loss(pred, batch.minutes)
        else:
            loss = nn.functional.l1_loss(pred, batch.minutes[order])
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(ep, loss.item())
