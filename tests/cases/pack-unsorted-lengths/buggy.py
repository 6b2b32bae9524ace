
import torch
import torch.nn as nn


class Enc(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(20, 6)
        self.gru = nn.GRU(6, 10, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(20, 3)

    def forward(self, x, lens):
        packed = nn.utils.rnn.pack_padded_sequence(self.emb(x), lens, batch_first=True)
        _, h = self.gru(packed)
        return self.fc(torch.cat([h[0], h[1]], -1))


def make_model():
    torch.manual_seed(0)
    return Enc()


def make_inputs():
    return torch.randint(0, 20, (5, 9)), torch.tensor([4, 9, 6, 7, 3])


INPUT_AXES = (("batch", "seq"), ("batch",))
