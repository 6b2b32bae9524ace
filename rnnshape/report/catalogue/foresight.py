"""RNS511: what a model has read of what it must say."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS511",
        "what comes next was read before it is to be said",
        "error",
        "A model says at each step which word or number comes next, and is told the real one afterwards. A bidirectional "
        "layer, a window on both sides of a step, or attention without a mask has seen that already; so has a decoder that "
        "is given the target with no step between. The loss falls towards zero, and of what is yet to come it can say nothing.",
        no_edit="to read no further takes other layers or a mask; where input and target are to be cut only the author knows",
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
