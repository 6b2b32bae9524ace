import torch
import torch.nn as nn


class VoiceConverter(nn.Module):
    def __init__(self, mels=9, speaker=4, hidden=12):
        super().__init__()
        self.rnn = nn.LSTM(mels + speaker, hidden, batch_first=True, bidirectional=True)
        self.mels = nn.Linear(2 * hidden, mels)

    def forward(self, frames, speaker):
        b, t, _ = frames.shape
        speaker = speaker[:, None, :].expand(-1, t, -1)
        y, _ = self.rnn(torch.cat([frames, speaker], dim=-1))
        return self.mels(y)


def make_model():
    torch.manual_seed(44)
    return VoiceConverter()


def make_inputs(batch=5, seq=8):
    return torch.randn(batch, seq, 9), torch.randn(batch, 4)


INPUT_AXES = (("batch", "seq", "mel"), ("batch", "speaker"))
