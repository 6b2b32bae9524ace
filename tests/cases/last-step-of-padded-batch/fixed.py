import torch
import torch.nn as nn


class SpeakerNet(nn.Module):
    def __init__(self, mels=10, hidden=13, speakers=6):
        super().__init__()
        self.gru = nn.GRU(mels, hidden, num_layers=2, batch_first=True)
        self.id = nn.Linear(hidden, speakers)

    def forward(self, frames, frame_lengths):
        out, _ = self.gru(frames)
        where = (frame_lengths - 1).view(-1, 1, 1).expand(-1, 1, out.size(2))
        utterance = out.gather(1, where).squeeze(1)
        return self.id(utterance)


def make_model():
    torch.manual_seed(31)
    return SpeakerNet()


def make_inputs(batch=5, seq=11):
    lengths = torch.tensor([max(1, seq - 2 * i) for i in range(batch)])
    return torch.randn(batch, seq, 10), lengths


INPUT_AXES = (("batch", "seq", "mel"), ("batch",))
