"""Characters; (B, T) targets flattened in the other order than the scores."""
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

BROKEN = False
torch.manual_seed(0)
np.random.seed(0)
text = "".join(np.random.choice(list("abcdefgh ."), 3000))
chars = sorted(set(text))
stoi = {c: i for i, c in enumerate(chars)}
ids = np.array([stoi[c] for c in text])
B, T = 12, 20


def random_chunk():
    starts = np.random.randint(0, len(ids) - T - 1, B)
    x = torch.tensor(np.stack([ids[s:s + T] for s in starts]))
    y = torch.tensor(np.stack([ids[s + 1:s + T + 1] for s in starts]))
    return x, y


class CharLM(nn.Module):
    def __init__(self, vocab, dim=32):
        super().__init__()
        self.embed = nn.Embedding(vocab, dim)
        self.gru = nn.GRU(dim, dim)
        self.to_vocab = nn.Linear(dim, vocab)

    def forward(self, x):
        h, _ = self.gru(self.embed(x.t()))
        return self.to_vocab(h)


lm = CharLM(len(chars))
opt = torch.optim.AdamW(lm.parameters(), lr=3e-3)
for step in range(8):
    x, y = random_chunk()
    logits = lm(x)
    if BROKEN:
        loss = F.cross_entropy(logits.view(-1, len(chars)), y.view(-1))
    else:
        loss = F.cross_entropy(logits.view(-1, len(chars)), y.t().reshape(-1))
    opt.zero_grad(set_to_none=True)
    loss.backward()
    opt.step()
print("done", loss.item())
