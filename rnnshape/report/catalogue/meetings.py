"""RNS229: what meets element by element, and was drawn along another axis."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS229",
        "one random mask for all samples",
        "warning",
        "Locked dropout drops the same units at every step of a sample, and others in another sample. A mask of (1, seq, "
        "feature) has all samples meet the same numbers and each step others: sizes that were meant for another order of dims.",
        no_edit="the sizes are written where the mask is drawn, for whatever order of dims comes there",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    mask = output.new_empty(1, output.size(1), output.size(2)).bernoulli_(0.5)
                    output = output * mask / 0.5  # RNS229
                    return self.fc(output)

            report = rs.diagnose(Tagger(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    mask = output.new_empty(output.size(0), 1, output.size(2)).bernoulli_(0.5)
                    output = output * mask / 0.5
                    return self.fc(output)

            report = rs.diagnose(Tagger(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
)
