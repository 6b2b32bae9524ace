"""RNS512: a sum over samples, where each has its own."""

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
)
