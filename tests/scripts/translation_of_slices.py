"""Luong attention; weights normalised over the queries, not the keys."""
import torch
from torch import nn

BROKEN = False
torch.manual_seed(0)
V = 35
src_all = torch.randint(1, V, (80, 10))
tgt_all = torch.randint(1, V, (80, 13))


class AttnSeq2Seq(nn.Module):
    def __init__(self, d=20):
        super().__init__()
        self.src_emb, self.tgt_emb = nn.Embedding(V, d), nn.Embedding(V, d)
        self.enc = nn.LSTM(d, d, batch_first=True)
        self.dec = nn.LSTM(d, d, batch_first=True)
        self.comb = nn.Linear(2 * d, d)
        self.gen = nn.Linear(d, V)

    def forward(self, src, tgt_in):
        memory, state = self.enc(self.src_emb(src))
        queries, _ = self.dec(self.tgt_emb(tgt_in), state)
        energy = torch.bmm(queries, memory.transpose(1, 2))
        if BROKEN:
            attn = torch.softmax(energy, dim=1)
        else:
            attn = torch.softmax(energy, dim=-1)
        context = torch.bmm(attn, memory)
        return self.gen(torch.tanh(self.comb(torch.cat([queries, context], -1))))


model = AttnSeq2Seq()
opt = torch.optim.Adam(model.parameters())
for ep in range(2):
    for i in range(0, 80, 16):
        s, t = src_all[i:i + 16], tgt_all[i:i + 16]
        logits = model(s, t[:, :-1])
        loss = nn.functional.cross_entropy(logits.reshape(-1, V), t[:, 1:].reshape(-1))
        opt.zero_grad()
        loss.backward()
        opt.step()
    print(ep, loss.item())
