import torch
import torch.nn as nn


class SequenceVAE(nn.Module):
    def __init__(self, features=5, hidden=9, code=4):
        super().__init__()
        self.encoder = nn.GRU(features, hidden, batch_first=True)
        self.to_code = nn.Linear(hidden, 2 * code)
        self.decoder = nn.LSTM(code, hidden, batch_first=True)
        self.out = nn.Linear(hidden, features)

    def forward(self, x):
        mu, log_var = self.to_code(self.encoder(x)[1].squeeze(0)).chunk(2, dim=1)
        z = mu + torch.randn_like(mu) * (0.5 * log_var).exp()
        z = z.repeat(x.size(1), 1).view(x.size(0), x.size(1), -1)
        return self.out(self.decoder(z)[0]), mu, log_var


def make_model():
    torch.manual_seed(98)
    return SequenceVAE()


def make_inputs(batch=6, seq=8):
    return (torch.randn(batch, seq, 5),)


INPUT_AXES = (("batch", "seq", "feature"),)
