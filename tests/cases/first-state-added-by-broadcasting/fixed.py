import torch
import torch.nn as nn


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.GRU(3, 8, batch_first=True), nn.GRU(8, 8, batch_first=True)
        self.widen, self.fc = nn.Linear(2, 8), nn.Linear(8, 2)

    def forward(self, x, y):
        _, h = self.encoder(x)
        start = h[0].unsqueeze(1)
        output, _ = self.decoder(self.widen(y) + start)
        return self.fc(output)


def make_model():
    torch.manual_seed(0)
    return Decoder()


def make_inputs(batch=4, seq=5):
    torch.manual_seed(1)
    return torch.randn(batch, seq, 3), torch.randn(batch, 6, 2)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "step", "feature"))
