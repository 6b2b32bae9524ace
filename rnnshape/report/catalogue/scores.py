"""RNS510: scores that are not what a loss takes them for."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS510",
        "scores of another kind than a loss takes",
        "warning",
        "nll_loss and ctc_loss take logarithms of probabilities, as log_softmax makes them: what they make of raw scores is no "
        "likelihood, and may fall below zero. cross_entropy takes raw scores; of probabilities it makes others that are nearly "
        "alike, and the model learns slowly or not at all.",
        no_edit="where the scores were normalised, and whether something else needs them so, no table tells",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(output).softmax(-1)

            def loss(scores, target):
                return nn.functional.cross_entropy(scores.flatten(0, 1), target.flatten())  # RNS510

            x, tags = torch.randn(6, 9, 4), torch.arange(54).view(6, 9) % 3
            given = {"target": tags, "target_axes": "batch seq", "loss": loss}
            report = rs.diagnose(Tagger(), x, axes="batch seq feature", **given)
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(output)

            def loss(scores, target):
                return nn.functional.cross_entropy(scores.flatten(0, 1), target.flatten())

            x, tags = torch.randn(6, 9, 4), torch.arange(54).view(6, 9) % 3
            given = {"target": tags, "target_axes": "batch seq", "loss": loss}
            report = rs.diagnose(Tagger(), x, axes="batch seq feature", **given)
            """),
    ),
)
