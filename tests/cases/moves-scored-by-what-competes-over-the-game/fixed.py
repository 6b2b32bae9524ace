import torch
from torch import nn


class Player(nn.Module):
    def __init__(self, squares=10, moves=7):
        super().__init__()
        self.lstm = nn.LSTM(squares, 16, batch_first=True)
        self.policy = nn.Linear(16, moves)

    def forward(self, boards, played, gains):
        scores = self.policy(self.lstm(boards)[0])
        logs = scores.log_softmax(dim=2)
        chosen = logs.gather(2, played.unsqueeze(2)).squeeze(2)
        return -(chosen * gains).sum(1)


def make_model():
    torch.manual_seed(0)
    return Player()


def make_inputs(batch=5, seq=9):
    return torch.randn(batch, seq, 10), torch.randint(0, 7, (batch, seq)), torch.randn(batch, seq)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq"), ("batch", "seq"))
