"""RNS248: vectors that are compared along a dim in which one of them is a single number."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS248",
        "a vector compared with a single number",
        "warning",
        "F.cosine_similarity compares along dim 1 unless it is given another, F.pairwise_distance along the last. Where one "
        "operand has size 1 there, broadcasting repeats its one number: it is no vector, and each result is of another axis "
        "than the one whose vectors were to be compared.",
        no_edit="along which dim the vectors lie that are to be compared, no layer has shown",
        wrong=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, h_n = self.rnn(x)
                    key = h_n[-1].unsqueeze(1)
                    near = nn.functional.cosine_similarity(output, key)  # RNS248
                    return self.fc(near.softmax(dim=1))

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
                    key = h_n[-1].unsqueeze(1)
                    near = nn.functional.cosine_similarity(output, key, dim=2)
                    return self.fc(near.softmax(dim=1))

            report = rs.diagnose(Reader(), torch.zeros(6, 8, 4), axes="batch seq feature")
            """),
    ),
)
