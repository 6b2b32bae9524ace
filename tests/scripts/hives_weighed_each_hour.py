"""Beehives: the weight at the next hour, by windows over the hours and a GRU; windows of numpy arrays."""
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torch.utils.data import DataLoader, Dataset

BROKEN = False


class Hours(Dataset):
    def __init__(self, log, length):
        self.log, self.length = log, length

    def __len__(self):
        return len(self.log) - self.length

    def __getitem__(self, i):
        window = torch.as_tensor(self.log[i : i + self.length + 1])
        return {"past": window[:-1], "weight": window[1:, 0]}


class Hive(nn.Module):
    def __init__(self, sensors=3, channels=12):
        super().__init__()
        self.conv = nn.Conv1d(sensors, channels, kernel_size=3, padding=1 if BROKEN else 2)
        self.gru = nn.GRU(channels, 12, batch_first=True)
        self.out = nn.Linear(12, 1)

    def forward(self, past):
        seen = self.conv(past.transpose(1, 2))[..., : past.size(1)]
        hours, _ = self.gru(F.relu(seen).transpose(1, 2))
        return self.out(hours).squeeze(-1)


rng = np.random.default_rng(0)
torch.manual_seed(0)
log = rng.standard_normal((100, 3)).cumsum(0).astype("float32")
hive = Hive()
optimizer = torch.optim.SGD(hive.parameters(), lr=1e-2)
for epoch in range(2):
    for batch in DataLoader(Hours(log, 24), batch_size=16, shuffle=True):
        error = hive(batch["past"]) - batch["weight"]
        loss = (error ** 2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(epoch, loss.item())
