"""Waves are continued by two LSTM cells, one value at a time."""
import numpy as np
import torch
from torch import nn, optim

BROKEN = False

np.random.seed(2)
torch.manual_seed(0)
N, L = 12, 20
x = np.array(range(L)) + np.random.randint(-4, 4, N).reshape(N, 1)
data = torch.from_numpy(np.sin(x / 3.0).astype("float32"))
inputs, target = data[3:, :-1], data[3:, 1:]


class Sequence(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm1 = nn.LSTMCell(1, 10)
        self.lstm2 = nn.LSTMCell(10, 10)
        self.linear = nn.Linear(10, 1)

    def forward(self, series):
        outputs = []
        h_t = c_t = h_t2 = c_t2 = torch.zeros(series.size(0), 10)
        for value in series.split(1, dim=1):
            h_t, c_t = self.lstm1(value, (h_t, c_t))
            h_t2, c_t2 = self.lstm2(h_t, (h_t2, c_t2))
            outputs += [self.linear(h_t2)]
        if BROKEN:
            return torch.cat(outputs).view(series.size(0), -1)
        return torch.cat(outputs, dim=1)


seq = Sequence()
criterion = nn.MSELoss()
optimizer = optim.LBFGS(seq.parameters(), lr=0.5, max_iter=3)
for step in range(2):

    def closure():
        optimizer.zero_grad()
        loss = criterion(seq(inputs), target)
        loss.backward()
        return loss

    print(optimizer.step(closure).item())
