import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    """The first samples have labels and the others none, neighbours in a batch are compared, and steps are cut off."""

    def __init__(self, f=4, d=6, known=2):
        super().__init__()
        self.rnn, self.out = nn.GRU(f, d, batch_first=True), nn.Linear(d, 1)
        self.known = known

    def forward(self, x, noisy, y):
        said, again = self.out(self.rnn(x)[0]).squeeze(-1), self.out(self.rnn(noisy)[0]).squeeze(-1)
        labelled = F.mse_loss(said[: self.known], y[: self.known])
        alike = ((said[self.known :] - again[self.known :].detach()) ** 2).mean()
        ranked = F.relu(1 - (said[1:] - said[:-1]) * (y[1:] - y[:-1]).sign()).mean()
        warm = (said[:, 2:] - y[:, 2:]).abs().mean()
        return labelled + alike + ranked + warm


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(7, 9, 4, generator=g), torch.randn(7, 9, 4, generator=g), torch.randn(7, 9, generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"), ("batch", "seq"))
