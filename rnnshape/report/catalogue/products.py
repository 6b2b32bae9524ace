"""RNS252: a product that sums units of the one operand with steps of the other."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS252",
        "units summed with steps",
        "error",
        "A product of (batch, seq, hidden) with another (batch, seq, hidden) sums the units of the first with the steps of the "
        "second. That raises, unless there happen to be as many steps as units: a window of 64, and 64 units. "
        "Scores of each step for each other one need the second with its last two dims exchanged.",
        no_edit="along which dim the other operand has its units, no layer has shown",
        wrong=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, h_n = self.rnn(x)
                    scores = torch.bmm(output, output)  # RNS252
                    return self.fc(scores.softmax(dim=2) @ output)

            report = rs.diagnose(Reader(), torch.zeros(6, 8, 4), axes="batch seq feature")
            """),
        right=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, h_n = self.rnn(x)
                    scores = torch.bmm(output, output.transpose(1, 2))
                    return self.fc(scores.softmax(dim=2) @ output)

            report = rs.diagnose(Reader(), torch.zeros(6, 8, 4), axes="batch seq feature")
            """),
    ),
)
