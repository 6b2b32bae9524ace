
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, d=5):
        super().__init__()
        self.rnn = nn.LSTM(d, d, 1, batch_first=True)
        self.q = nn.Linear(d, d)

    def forward(self, x):
        B, T, D = x.shape
        c, _ = self.rnn(x)
        y = self.q(x)
        flat = y.view(-1, D)
        idx = torch.randint(0, B * T - 1, (B, T * 3))
        me = torch.arange(B * T).view(B, T, 1).expand(B, T, 3).reshape(B, T * 3)
        idx[idx >= me] += 1
        negs = flat[idx.view(-1)].view(B, T, 3, D).permute(2, 0, 1, 3)
        cand = torch.cat([y.unsqueeze(0), negs], dim=0)
        logits = torch.cosine_similarity(c.float(), cand.float(), dim=-1) / 0.1
        logits = logits.transpose(0, 2).reshape(-1, logits.size(0))
        return F.cross_entropy(logits, logits.new_zeros(logits.size(0), dtype=torch.long))


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(5, 5, 5),)


INPUT_AXES = (("batch","seq","feature"),)
