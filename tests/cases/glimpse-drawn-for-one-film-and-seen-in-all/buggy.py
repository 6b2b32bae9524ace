import torch
import torch.nn as nn


class Glimpses(nn.Module):
    def __init__(self, pixels=6, hidden=8, classes=3):
        super().__init__()
        self.watch = nn.LSTM(pixels, hidden, batch_first=True)
        self.where, self.look = nn.Linear(hidden, 1), nn.LSTM(hidden, hidden, batch_first=True)
        self.tell = nn.Linear(hidden, classes)

    def forward(self, frames):
        seen, state = self.watch(frames)
        chances = self.where(seen).squeeze(2).softmax(1)
        drawn = torch.multinomial(chances, 1).squeeze(1)
        windows = nn.functional.pad(seen, (0, 0, 0, 1)).unfold(1, 2, 1).transpose(2, 3)
        glimpse, _ = self.look(windows[:, drawn[-1]], state)
        return self.tell(glimpse[:, -1])


def make_model():
    torch.manual_seed(0)
    return Glimpses()


def make_inputs(batch=8, seq=9):
    return (torch.randn(batch, seq, 6, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq", "feature"),)
