
import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self, n=3, r=2, H=6):
        super().__init__()
        self.n, self.r, self.H = n, r, H
        self.emb = nn.Embedding(9, H); self.enc = nn.LSTM(H, H // 2, batch_first=True, bidirectional=True)
        self.pre = nn.Linear(n * r, H); self.arnn = nn.LSTMCell(2 * H, H); self.drnn = nn.LSTMCell(2 * H, H)
        self.q, self.mm, self.v = nn.Linear(H, 4), nn.Linear(H, 4), nn.Linear(4, 1)
        self.lc, self.ld = nn.Conv1d(2, 3, 3, padding=1), nn.Linear(3, 4)
        self.proj, self.gate = nn.Linear(2 * H, n * r), nn.Linear(2 * H, 1)

    def forward(self, text, lens, mels):
        B = text.size(0)
        x = nn.utils.rnn.pack_padded_sequence(self.emb(text), lens.cpu().numpy(), batch_first=True)
        self.enc.flatten_parameters()
        mem, _ = self.enc(x)
        mem, _ = nn.utils.rnn.pad_packed_sequence(mem, batch_first=True)
        pm = self.mm(mem)
        dec = mels.transpose(1, 2)
        dec = dec.contiguous().view(dec.size(0), int(dec.size(1) / self.r), -1).transpose(0, 1)
        dec = torch.cat((mem.new_zeros(B, self.n * self.r).unsqueeze(0), dec), dim=0)
        dec = F.dropout(F.relu(self.pre(dec)), 0.5, True)
        ah, ac, dh, dc = (mem.new_zeros(B, self.H) for _ in range(4))
        w = mem.new_zeros(B, mem.size(1)); cum = w.clone(); ctx = mem.new_zeros(B, self.H)
        mask = ~(torch.arange(0, mem.size(1)) < lens.unsqueeze(1))
        mo, go, al = [], [], []
        while len(mo) < dec.size(0) - 1:
            ah, ac = self.arnn(torch.cat((dec[len(mo)], ctx), -1), (ah, ac))
            ah = F.dropout(ah, 0.1, self.training)
            cat = torch.cat((w.unsqueeze(1), cum.unsqueeze(1)), dim=1)
            e = self.v(torch.tanh(self.q(ah.unsqueeze(1)) + self.ld(self.lc(cat).transpose(1, 2)) + pm)).squeeze(-1)
            e.data.masked_fill_(mask, -float("inf"))
            w = F.softmax(e, dim=1)
            ctx = torch.bmm(w.unsqueeze(1), mem).squeeze(1)
            cum = cum + w
            dh, dc = self.drnn(torch.cat((ah, ctx), -1), (dh, dc))
            o = torch.cat((dh, ctx), dim=1)
            mo += [self.proj(o).squeeze(1)]; go += [self.gate(o).squeeze(1)]; al += [w]
        al = torch.stack(al).transpose(0, 1)
        go = torch.stack(go).transpose(0, 1).contiguous()
        mo = torch.stack(mo).transpose(0, 1).contiguous()
        mo = mo.view(mo.size(0), -1, self.n).transpose(1, 2)
        return mo, go, al


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return torch.randint(0, 9, (3, 6)), torch.tensor([6, 4, 3]), torch.randn(3, 3, 6)


INPUT_AXES = (("batch","seq"),("batch",),("batch","mel","frame"))


def make_target():
    torch.manual_seed(2)
    return torch.randn(3, 3, 6)


TARGET_AXES = ("batch","mel","frame")


def loss_fn(o, t):
    return F.mse_loss(o[0], t)
