import torch
import torch.nn as nn


class Seq2Seq(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.GRU(3, 8, batch_first=True), nn.GRU(3, 8, batch_first=True)
        self.fc = nn.Linear(16, 2)

    def forward(self, x, y):
        states, h = self.encoder(x)
        output, _ = self.decoder(y, h)
        scores = (output.unsqueeze(2) * states.unsqueeze(1)).sum(-1)
        weights = torch.softmax(scores, dim=2)
        context = (weights.unsqueeze(-1) * states.unsqueeze(1)).sum(dim=2)
        return self.fc(torch.cat([context, output], 2))


def make_model():
    torch.manual_seed(0)
    return Seq2Seq()


def make_inputs(batch=4, seq=6):
    torch.manual_seed(1)
    return torch.randn(batch, seq, 3), torch.randn(batch, seq, 3)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"))
