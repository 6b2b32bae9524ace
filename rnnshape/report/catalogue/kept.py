"""RNS316: steps that are kept as views of what is written to afterwards."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS316",
        "every step shows the last one",
        "error",
        "An index such as state[-1] is no copy: it shows the memory of the state, whatever is written there later on. Where a "
        "loop writes each step into the same buffer and keeps such views, all steps are in the end the last one.",
        no_edit="what is kept as a view does not stand on the line alone",
        wrong=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.low, self.high, self.fc = nn.GRUCell(4, 8), nn.GRUCell(8, 8), nn.Linear(8, 3)

                def forward(self, x):
                    state, steps = x.new_zeros(2, x.size(1), 8), []
                    for step in x:
                        before = state.clone()
                        state[0] = self.low(step, before[0])
                        state[1] = self.high(state[0].clone(), before[1])
                        steps.append(state[1])  # RNS316
                    return self.fc(torch.stack(steps))

            report = rs.diagnose(Reader(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
        right=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.low, self.high, self.fc = nn.GRUCell(4, 8), nn.GRUCell(8, 8), nn.Linear(8, 3)

                def forward(self, x):
                    state, steps = x.new_zeros(2, x.size(1), 8), []
                    for step in x:
                        before = state.clone()
                        state[0] = self.low(step, before[0])
                        state[1] = self.high(state[0].clone(), before[1])
                        steps.append(state[1].clone())
                    return self.fc(torch.stack(steps))

            report = rs.diagnose(Reader(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
    ),
)
