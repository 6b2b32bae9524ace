"""RNS314: a reverse direction that is led forward."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS314",
        "a reverse direction that goes forward",
        "warning",
        "A layer of two directions turns round what it is given in one call. Of one step there is nothing to turn: where it is "
        "called for each step with the state from before, both directions go the same way, and none has read what comes "
        "behind.",
        no_edit="a call without the loop reads all steps, and what else the loop does for each of them no table tells",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, bidirectional=True), nn.Linear(16, 3)

                def forward(self, x):
                    outputs, state = [], None
                    for t in range(len(x)):
                        output, state = self.rnn(x[t : t + 1], state)  # RNS314
                        outputs.append(output)
                    return self.fc(torch.cat(outputs))

            report = rs.diagnose(Tagger(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, bidirectional=True), nn.Linear(16, 3)

                def forward(self, x):
                    output, state = self.rnn(x)
                    return self.fc(output)

            report = rs.diagnose(Tagger(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
    ),
)
