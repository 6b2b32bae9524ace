import torch
from torch import Tensor, nn


class StrideScorer(nn.Module):
    """A score for each window of a walk, with its own encoder of windows."""

    def __init__(self, sensors: int = 6, length: int = 6, every: int = 3):
        super().__init__()
        self.length, self.every = length, every
        self.window_rnn = nn.LSTM(sensors, 9, batch_first=True)
        self.score = nn.Linear(9, 1)

    def forward(self, walk: Tensor) -> Tensor:
        windows = walk.unfold(dimension=1, size=self.length, step=self.every)
        scores = []
        for n in range(windows.shape[1]):
            states, _ = self.window_rnn(windows[:, n])
            scores.append(self.score(states[:, -1]))
        return torch.cat(scores, dim=1)


def make_model():
    torch.manual_seed(0)
    return StrideScorer()


def make_inputs(batch=4):
    return (torch.randn(batch, 27, 6, generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "time", "sensor"),)
