"""RNS313: what is joined twice, and what never is."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS313",
        "one result twice, another never",
        "warning",
        "A tensor is put beside itself, and what another recurrent layer has read reaches nothing: where two were to be "
        "joined, one name was written twice. The other layer is never trained. Or one direction's row of a final state is put "
        "beside itself, as h[0] and h[-2] of a single layer are.",
        no_edit="which of the two is meant to be the other, only the author knows",
        wrong=program("""
            class Pair(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.one, self.other = nn.GRU(4, 8, batch_first=True), nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(16, 3)

                def forward(self, x, y):
                    a, b = self.one(x)[1][-1], self.other(y)[1][-1]
                    both = torch.cat([a, a], dim=1)  # RNS313
                    return self.fc(both)

            axes = ("batch seq feature", "batch seq feature")
            report = rs.diagnose(Pair(), torch.zeros(6, 9, 4), torch.zeros(6, 5, 4), axes=axes)
            """),
        right=program("""
            class Pair(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.one, self.other = nn.GRU(4, 8, batch_first=True), nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(16, 3)

                def forward(self, x, y):
                    a, b = self.one(x)[1][-1], self.other(y)[1][-1]
                    both = torch.cat([a, b], dim=1)
                    return self.fc(both)

            axes = ("batch seq feature", "batch seq feature")
            report = rs.diagnose(Pair(), torch.zeros(6, 9, 4), torch.zeros(6, 5, 4), axes=axes)
            """),
    ),
)
