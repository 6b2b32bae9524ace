"""Voices are cleared of the sound of a hall: two spectrograms each are masked, and the broken one gets the masks by a view."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BROKEN = False

torch.manual_seed(5)


class Clearing(nn.Module):
    """Reads (voices, microphones, bands, frames), and answers in the same order."""

    def __init__(self, microphones, bands, width):
        super().__init__()
        self.reader = nn.LSTM(microphones * bands, width, batch_first=True, bidirectional=True)
        self.keeps = nn.Linear(2 * width, microphones * bands)

    def forward(self, heard):
        read, _ = self.reader(heard.flatten(1, 2).transpose(1, 2))
        kept = torch.sigmoid(self.keeps(read))
        mask = kept.view(heard.shape) if BROKEN else kept.transpose(1, 2).reshape(heard.shape)
        return heard * mask


voices = TensorDataset(torch.rand(12, 2, 5, 10), torch.rand(12, 2, 5, 10))
model = Clearing(2, 5, 6)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
for turn in range(2):
    for heard, clear in DataLoader(voices, batch_size=4, shuffle=True):
        loss = F.l1_loss(model(heard), clear)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        print(round(loss.item(), 3))
