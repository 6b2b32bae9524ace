"""The collate function packs; h_n of two directions viewed by samples."""
import torch
from torch import nn
from torch.nn.utils.rnn import pack_sequence
from torch.utils.data import DataLoader

BROKEN = False
torch.manual_seed(4)
moves = [(torch.randn(n, 6), n % 3) for n in torch.randint(3, 12, (48,)).tolist()]


def collate_packed(batch):
    return pack_sequence([s for s, _ in batch], enforce_sorted=False), torch.LongTensor([y for _, y in batch])


class Gesture(nn.Module):
    def __init__(self, nhid=16):
        super().__init__()
        self.nhid = nhid
        self.enc = nn.GRU(6, nhid, bidirectional=True)
        self.cls = nn.Sequential(nn.Linear(2 * nhid, 16), nn.ReLU(), nn.Linear(16, 3))

    def forward(self, packed):
        _, hn = self.enc(packed)
        if BROKEN:
            feat = hn.view(-1, 2 * self.nhid)
        else:
            feat = torch.cat([hn[0], hn[1]], dim=1)
        return self.cls(feat)


dl = DataLoader(moves, batch_size=16, shuffle=True, collate_fn=collate_packed)
net = Gesture()
opt = torch.optim.Adam(net.parameters(), lr=1e-3)
for epoch in range(2):
    for packed, label in dl:
        loss = nn.CrossEntropyLoss()(net(packed), label)
        opt.zero_grad(); loss.backward(); opt.step()
    print(epoch, loss.item())
