import torch
import torch.nn as nn


class SpectrogramAutoencoder(nn.Module):
    def __init__(self, mels=12, code=6):
        super().__init__()
        self.encoder = nn.LSTM(mels, 17, num_layers=2)
        self.decoder = nn.LSTM(code, 17)
        self.to_code = nn.Linear(17, code)
        self.to_mels = nn.Linear(17, mels)

    def forward(self, frames):
        encoded, _ = self.encoder(frames)
        decoded, _ = self.decoder(torch.tanh(self.to_code(encoded)))
        return self.to_mels(decoded)


def make_model():
    torch.manual_seed(1)
    return SpectrogramAutoencoder()


def make_inputs(batch=4, seq=10):
    return (torch.randn(seq, batch, 12),)


INPUT_AXES = (("seq", "batch", "mel"),)
