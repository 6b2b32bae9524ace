"""RNS512 and RNS513: a sum over samples, where each has its own, and lengths that count something else than steps."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS512",
        "a sum of all samples in the place of each one's own",
        "warning",
        "What all samples make is not what one of them has. Multiplied with a mask, or added, a sum charges each step with "
        "all; a mean of all takes the place of that of each one's actions; weights that are divided by the sum of all, or "
        "summed along the batch, do not sum to one for each sample. Normalising by the batch is none of that.",
        no_edit="over which dims each sample has its own, only the author knows",
        wrong=program("""
            class Events(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.mean = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 2)

                def forward(self, x, real):
                    mean = self.mean(self.rnn(x)[0])
                    return 0.5 * mean.pow(2).sum() * real  # RNS512

            x, real = torch.randn(4, 9, 4), (torch.arange(9) < torch.tensor([[9], [7], [4], [2]])).float()
            report = rs.diagnose(Events(), x, real, axes=("batch seq feature", "batch seq"))
            """),
        right=program("""
            class Events(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.mean = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 2)

                def forward(self, x, real):
                    mean = self.mean(self.rnn(x)[0])
                    return 0.5 * mean.pow(2).sum(-1) * real

            x, real = torch.randn(4, 9, 4), (torch.arange(9) < torch.tensor([[9], [7], [4], [2]])).float()
            report = rs.diagnose(Events(), x, real, axes=("batch seq feature", "batch seq"))
            """),
    ),
    Rule(
        "RNS513",
        "lengths that count features",
        "warning",
        "A mask of lengths has a place for each step: arange(steps) < lengths[:, None], with a dim for the features. Made for "
        "as many places as there are features, and laid along them, it leaves the padding of the steps where it is, and takes "
        "features of the shortest samples away.",
        no_edit="the size of the mask and the dim that it is given both have to change",
        wrong=program("""
            class Voice(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.mel = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 5)

                def forward(self, x, lengths):
                    mel = self.mel(self.rnn(x)[0])
                    real = torch.arange(mel.size(2)) < lengths[:, None]
                    return (mel * real[:, None]).abs().mean()  # RNS513

            x, lengths = torch.randn(3, 9, 4), torch.tensor([9, 4, 2])
            report = rs.diagnose(Voice(), x, lengths, axes=("batch seq feature", "batch"))
            """),
        right=program("""
            class Voice(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.mel = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 5)

                def forward(self, x, lengths):
                    mel = self.mel(self.rnn(x)[0])
                    real = torch.arange(mel.size(1)) < lengths[:, None]
                    return (mel * real[:, :, None]).abs().mean()

            x, lengths = torch.randn(3, 9, 4), torch.tensor([9, 4, 2])
            report = rs.diagnose(Voice(), x, lengths, axes=("batch seq feature", "batch"))
            """),
    ),
)
