import torch
import torch.nn as nn


class Seq2Seq(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.GRU(3, 8, batch_first=True), nn.GRU(3, 8, batch_first=True)
        self.attention, self.fc = nn.MultiheadAttention(8, 2, batch_first=True), nn.Linear(16, 2)

    def forward(self, x, y):
        states, h = self.encoder(x)
        output, _ = self.decoder(y, h)
        _, weights = self.attention(output, states, states)
        context = torch.bmm(weights, states)
        return self.fc(torch.cat([context, output], 2))


def make_model():
    torch.manual_seed(0)
    return Seq2Seq().eval()


def make_inputs(batch=4, seq=6):
    torch.manual_seed(1)
    return torch.randn(batch, seq, 3), torch.randn(batch, seq, 3)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"))
