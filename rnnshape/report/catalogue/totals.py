"""RNS512: a sum over samples, where each has its own."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS512",
        "a sum of all samples in the place of each one's own",
        "warning",
        "A sum without a dim is one number: multiplied with a mask it charges each step with what all steps of all samples "
        "have in common, padding and all. Weights of attention that are to sum to 1 over the steps of each sample are summed "
        "along the steps; along the batch their sum grows with the number of samples.",
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
