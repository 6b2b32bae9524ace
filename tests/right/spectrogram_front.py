import torch
import torch.nn as nn
import torch.nn.functional as F


class Spec(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.rnn = nn.GRU(4 * 17, 8, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(16, 3)

    def forward(self, wav):
        s = torch.stft(wav, 32, hop_length=16, window=torch.hann_window(32), return_complex=True).abs().log1p()
        s = (s - s.mean(dim=(1, 2), keepdim=True)) / (s.std(dim=(1, 2), keepdim=True) + 1e-6)
        z = F.relu(self.conv(s.unsqueeze(1)))
        z = z.permute(0, 3, 1, 2).flatten(2)
        o, _ = self.rnn(z)
        return self.fc(o.mean(1))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Spec()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 200),)


INPUT_AXES = (("batch", "seq"),)
