
import torch
import torch.nn as nn


class Seq2Seq(nn.Module):
    def __init__(self):
        super().__init__()
        self.src = nn.Embedding(30, 7)
        self.encoder = nn.LSTM(7, 8, batch_first=True, bidirectional=True)
        self.encoder2decoder = nn.Linear(16, 16)
        self.decoder = nn.LSTM(7, 16, batch_first=True)
        self.out = nn.Linear(16, 30)

    def forward(self, input_src, input_trg):
        src_h, (src_h_t, src_c_t) = self.encoder(self.src(input_src))
        h_t = torch.cat((src_h_t[-1], src_h_t[-2]), 1)
        c_t = torch.cat((src_c_t[-1], src_c_t[-2]), 1)
        init = torch.tanh(self.encoder2decoder(h_t))
        trg_h, _ = self.decoder(self.src(input_trg), (init.unsqueeze(0), c_t.unsqueeze(0)))
        return self.out(trg_h)


def make_model():
    torch.manual_seed(0)
    return Seq2Seq()


def make_inputs():
    return torch.randint(0, 30, (5, 9)), torch.randint(0, 30, (5, 7))


INPUT_AXES = (("batch", "seq"), ("batch", "seq"))
