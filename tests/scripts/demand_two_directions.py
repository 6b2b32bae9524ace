"""Encoder of two directions: the first num_layers rows of h_n as the decoder's state."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

BROKEN = False
torch.manual_seed(0)
L, H = 2, 16
ds = TensorDataset(torch.randn(60, 18, 4), torch.randn(60, 6, 1))


class Forecaster(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(4, H, L, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(1, H, L, batch_first=True)
        self.out = nn.Linear(H, 1)

    def forward(self, past, future):
        _, h = self.encoder(past)
        if BROKEN:
            state = h[:L].contiguous()
        else:
            h = h.view(L, 2, past.size(0), H)
            state = (h[:, 0] + h[:, 1]).contiguous()
        inp = torch.cat([past[:, -1:, :1], future[:, :-1]], dim=1)
        y, _ = self.decoder(inp, state)
        return self.out(y)


model = Forecaster()
opt = torch.optim.Adam(model.parameters())
for ep in range(2):
    for past, future in DataLoader(ds, batch_size=12, shuffle=True):
        loss = nn.functional.smooth_l1_loss(model(past, future), future)
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(ep, loss.item())
