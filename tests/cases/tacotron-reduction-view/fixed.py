
import torch
import torch.nn as nn


class Decoder(nn.Module):
    def __init__(self, n_mels=7, r=3, hid=16):
        super().__init__()
        self.n_mels, self.r = n_mels, r
        self.prenet = nn.Sequential(nn.Linear(n_mels, 8), nn.ReLU(), nn.Dropout(0.5))
        self.cell = nn.GRUCell(8 + 6, hid)
        self.proj = nn.Linear(hid, n_mels * r)

    def forward(self, ctx, mels):
        B = mels.size(0)
        T = mels.size(2) // self.r
        h = ctx.new_zeros(B, 16)
        frame = mels.new_zeros(B, self.n_mels)
        outs = []
        for t in range(T):
            h = self.cell(torch.cat([self.prenet(frame), ctx], 1), h)
            outs.append(self.proj(h))
            frame = mels[:, :, (t + 1) * self.r - 1]
        y = torch.stack(outs).transpose(0, 1).contiguous()
        y = y.view(B, -1, self.n_mels).transpose(1, 2)
        return y


def make_model():
    torch.manual_seed(0)
    return Decoder()


def make_inputs():
    return torch.randn(4, 6), torch.randn(4, 7, 15)


INPUT_AXES = (("batch", "feature"), ("batch", "mel", "seq"))


def make_target():
    return torch.randn(4, 7, 15)


TARGET_AXES = ("batch", "mel", "seq")


def loss_fn(output, target):
    return nn.L1Loss()(output, target)
