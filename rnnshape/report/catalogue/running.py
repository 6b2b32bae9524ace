"""RNS232: a running product of samples."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS232",
        "a running product of samples",
        "error",
        "A product that runs along the batch, or a largest so far, gives each sample what the samples before it have made: the "
        "last of a batch has all of them in it. Survival over bins of time, discounts along a dream, and what was "
        "read last are of one sample each. The usual cause is a dim that was right before a stack or an unsqueeze.",
        no_edit="along which of several dims the product is to run, only the author knows",
        wrong=program("""
            class Survival(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.hazard = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, x):
                    alive = 1 - self.hazard(self.rnn(x)[0]).squeeze(-1).sigmoid()
                    return alive.cumprod(dim=0)  # RNS232

            report = rs.diagnose(Survival(), torch.randn(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Survival(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.hazard = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, x):
                    alive = 1 - self.hazard(self.rnn(x)[0]).squeeze(-1).sigmoid()
                    return alive.cumprod(dim=1)

            report = rs.diagnose(Survival(), torch.randn(6, 9, 4), axes="batch seq feature")
            """),
    ),
)
