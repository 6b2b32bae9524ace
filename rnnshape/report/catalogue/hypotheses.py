"""RNS234: one order for all samples."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS234",
        "one order chosen for all samples",
        "warning",
        "Where it does not matter in which order a model returns several things, each sample is compared in every order, and "
        "has the best. A mean over the samples that comes before the choice leaves one order for all of them: in the others "
        "a sample is told to exchange what it has right.",
        no_edit="over which dims each sample has an error of its own stands in the whole loss",
        wrong=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 2)

                def forward(self, x):
                    return self.fc(self.rnn(x)[0])

            def loss(output, target):
                one, other = (output - target) ** 2, (output - target.flip(2)) ** 2
                return torch.minimum(one.mean(), other.mean())  # RNS234

            x, y = torch.randn(6, 9, 4), torch.randn(6, 9, 2)
            axes = {"axes": "batch seq feature", "target_axes": "batch seq speaker"}
            report = rs.diagnose(Model(), x, target=y, loss=loss, probe=False, **axes)
            """),
        right=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 2)

                def forward(self, x):
                    return self.fc(self.rnn(x)[0])

            def loss(output, target):
                one, other = (output - target) ** 2, (output - target.flip(2)) ** 2
                return torch.minimum(one.mean((1, 2)), other.mean((1, 2))).mean()

            x, y = torch.randn(6, 9, 4), torch.randn(6, 9, 2)
            axes = {"axes": "batch seq feature", "target_axes": "batch seq speaker"}
            report = rs.diagnose(Model(), x, target=y, loss=loss, probe=False, **axes)
            """),
    ),
)
