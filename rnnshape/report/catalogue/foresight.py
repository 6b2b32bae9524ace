"""RNS511: what a model has read of what it must say."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS511",
        "a word that was read before it is to be said",
        "error",
        "A model of language says at each step which word comes next, and is told the real one afterwards. Where a "
        "bidirectional layer reads the text, its reverse half has seen that word; where a decoder is given the target with no "
        "step between, at once or word by word, it reads it. The loss falls towards zero, and without the words to read the "
        "model can say nothing.",
        no_edit="one direction needs other layers behind it, and where words and targets are to be cut only the author knows",
        wrong=program("""
            class Speaker(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(20, 4)
                    self.rnn = nn.GRU(4, 8, batch_first=True, bidirectional=True)
                    self.fc = nn.Linear(16, 20)

                def forward(self, words):
                    output, _ = self.rnn(self.embed(words))  # RNS511
                    return self.fc(output)

            def loss(scores, target):
                return nn.functional.cross_entropy(scores.transpose(1, 2), target)

            text = torch.randint(0, 20, (6, 10))
            wanted = {"target": text[:, 1:], "target_axes": "batch seq", "loss": loss}
            report = rs.diagnose(Speaker(), text[:, :-1], axes="batch seq", **wanted)
            """),
        right=program("""
            class Speaker(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(20, 4)
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 20)

                def forward(self, words):
                    output, _ = self.rnn(self.embed(words))
                    return self.fc(output)

            def loss(scores, target):
                return nn.functional.cross_entropy(scores.transpose(1, 2), target)

            text = torch.randint(0, 20, (6, 10))
            wanted = {"target": text[:, 1:], "target_axes": "batch seq", "loss": loss}
            report = rs.diagnose(Speaker(), text[:, :-1], axes="batch seq", **wanted)
            """),
    ),
)
