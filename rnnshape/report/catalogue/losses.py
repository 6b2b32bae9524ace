"""RNS5xx: states and losses across the step."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS501",
        "state of other samples",
        "error",
        "The initial state of a layer belongs to other samples than its input, row by row: to another, to one for all, or to "
        "the mean of the batch.",
        no_edit="which state belongs to these samples, no table tells",
        wrong=program("""
            class Translator(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.encoder, self.decoder = nn.GRU(4, 8), nn.GRU(4, 8)

                def forward(self, x, y):
                    _, h_n = self.encoder(x)
                    y = y.repeat_interleave(2, dim=1)  # two beams of each sample: 0, 0, 1, 1, ...
                    h_0 = h_n.repeat(1, 2, 1)  # RNS501
                    return self.decoder(y, h_0)[0]

            x, y = torch.zeros(9, 6, 4), torch.zeros(7, 6, 4)
            report = rs.diagnose(Translator(), x, y, axes=("seq batch feature", "seq batch feature"))
            """),
        right=program("""
            class Translator(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.encoder, self.decoder = nn.GRU(4, 8), nn.GRU(4, 8)

                def forward(self, x, y):
                    _, h_n = self.encoder(x)
                    y = y.repeat_interleave(2, dim=1)  # two beams of each sample: 0, 0, 1, 1, ...
                    h_0 = h_n.repeat_interleave(2, dim=1)
                    return self.decoder(y, h_0)[0]

            x, y = torch.zeros(9, 6, 4), torch.zeros(7, 6, 4)
            report = rs.diagnose(Translator(), x, y, axes=("seq batch feature", "seq batch feature"))
            """),
    ),
    Rule(
        "RNS502",
        "scores and targets in different orders",
        "error",
        "Both were flattened to equal lengths, and one runs batch by batch, the other step by step: predictions are "
        "compared with the targets of other samples.",
        no_edit="which of the two orders is meant, no table tells",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    return self.fc(self.rnn(x)[0])  # seq, batch, classes

            def loss(scores, target):
                rows = scores.reshape(-1, 3)  # RNS502
                return nn.functional.cross_entropy(rows, target.reshape(-1))

            x, target = torch.zeros(9, 6, 4), torch.zeros(6, 9, dtype=torch.long)
            report = rs.diagnose(
                Tagger(), x, axes="seq batch feature", target=target, target_axes="batch seq", loss=loss
            )
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    return self.fc(self.rnn(x)[0])  # seq, batch, classes

            def loss(scores, target):
                rows = scores.transpose(0, 1).reshape(-1, 3)
                return nn.functional.cross_entropy(rows, target.reshape(-1))

            x, target = torch.zeros(9, 6, 4), torch.zeros(6, 9, dtype=torch.long)
            report = rs.diagnose(
                Tagger(), x, axes="seq batch feature", target=target, target_axes="batch seq", loss=loss
            )
            """),
    ),
    Rule(
        "RNS503",
        "loss over another axis than the classes",
        "error",
        "cross_entropy takes dim 1 for the classes: (batch, classes) or (batch, classes, seq). A loss of quantiles by "
        "hand takes scores[..., i] for quantile i where a layer has made them last; scores[:, i] is step i with all of them.",
        no_edit="no single move of a dim has the classes at dim 1",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    return self.fc(self.rnn(x)[0])  # batch, seq, classes

            def loss(scores, target):
                return nn.functional.cross_entropy(scores, target)  # RNS503

            x, target = torch.zeros(6, 3, 4), torch.zeros(6, 3, dtype=torch.long)  # 3 steps, 3 classes
            report = rs.diagnose(
                Tagger(), x, axes="batch seq feature", target=target, target_axes="batch seq", loss=loss
            )
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    return self.fc(self.rnn(x)[0])  # batch, seq, classes

            def loss(scores, target):
                return nn.functional.cross_entropy(scores.transpose(1, 2), target)

            x, target = torch.zeros(6, 3, 4), torch.zeros(6, 3, dtype=torch.long)  # 3 steps, 3 classes
            report = rs.diagnose(
                Tagger(), x, axes="batch seq feature", target=target, target_axes="batch seq", loss=loss
            )
            """),
    ),
    Rule(
        "RNS504",
        "every prediction meets every target",
        "error",
        "(batch, 1) against (batch,) broadcasts to (batch, batch): each prediction is compared with the targets of all "
        "samples, and learns their mean. So it is where scores[:, target] picks what all targets say from every sample.",
        no_edit="which of the operands has a dim too many or too few, no size tells",
        wrong=program("""
            class Forecaster(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 1)

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    return self.fc(h_n[-1])  # RNS504

            x, target = torch.zeros(9, 6, 4), torch.zeros(6)
            report = rs.diagnose(
                Forecaster(), x, axes="seq batch feature", target=target, target_axes="batch", loss=nn.MSELoss()
            )
            """),
        right=program("""
            class Forecaster(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 1)

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    return self.fc(h_n[-1]).squeeze(1)

            x, target = torch.zeros(9, 6, 4), torch.zeros(6)
            report = rs.diagnose(
                Forecaster(), x, axes="seq batch feature", target=target, target_axes="batch", loss=nn.MSELoss()
            )
            """),
    ),
    Rule(
        "RNS505",
        "scores and targets of different numbers",
        "error",
        "Scores and targets must have one row each for the same things. Where the numbers differ, a dim was flattened, "
        "picked or kept on one side only.",
        no_edit="which of the two has the rows that are meant, no size tells",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    return self.fc(self.rnn(x)[0])  # batch, seq, classes

            def loss(scores, target):
                return nn.functional.cross_entropy(scores[:, -1], target)  # RNS505

            x, target = torch.zeros(6, 9, 4), torch.zeros(6, 9, dtype=torch.long)
            report = rs.diagnose(
                Tagger(), x, axes="batch seq feature", target=target, target_axes="batch seq", loss=loss
            )
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    return self.fc(self.rnn(x)[0])  # batch, seq, classes

            def loss(scores, target):
                return nn.functional.cross_entropy(scores.transpose(1, 2), target)

            x, target = torch.zeros(6, 9, 4), torch.zeros(6, 9, dtype=torch.long)
            report = rs.diagnose(
                Tagger(), x, axes="batch seq feature", target=target, target_axes="batch seq", loss=loss
            )
            """),
    ),
    Rule(
        "RNS506",
        "probabilities over another axis than the classes",
        "error",
        "log_softmax made probabilities along one dim, and the loss takes another for the classes, or gather picks the chosen "
        "one along another. No row of scores sums to one, and the loss can fall without the model learning anything.",
        no_edit="over which dim the classes lie, no table tells",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    return self.fc(self.rnn(x)[0]).log_softmax(dim=1)  # RNS506

            def loss(scores, target):
                return nn.functional.nll_loss(scores.reshape(-1, 3), target.reshape(-1))

            x, target = torch.zeros(6, 9, 4), torch.zeros(6, 9, dtype=torch.long)
            report = rs.diagnose(
                Tagger(), x, axes="batch seq feature", target=target, target_axes="batch seq", loss=loss
            )
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    return self.fc(self.rnn(x)[0]).log_softmax(dim=2)

            def loss(scores, target):
                return nn.functional.nll_loss(scores.reshape(-1, 3), target.reshape(-1))

            x, target = torch.zeros(6, 9, 4), torch.zeros(6, 9, dtype=torch.long)
            report = rs.diagnose(
                Tagger(), x, axes="batch seq feature", target=target, target_axes="batch seq", loss=loss
            )
            """),
    ),
    Rule(
        "RNS507",
        "state carried with its graph",
        "error",
        "A state that one step hands to the next still hangs on the graph of its own step. The backward of that step has freed "
        "the graph (or the optimizer has changed its weights since), so the next backward raises. Truncated backpropagation "
        "cuts it between the steps.",
        wrong=program("""
            rnn = nn.GRU(4, 8)
            chunks = torch.zeros(9, 6, 4).split(3)
            h = torch.zeros(1, 6, 8)

            with rs.watch(rnn, track=True) as report:
                for chunk in chunks:
                    output, h = rnn(chunk, h)  # RNS507
                    output.sum().backward()
            """),
        right=program("""
            rnn = nn.GRU(4, 8)
            chunks = torch.zeros(9, 6, 4).split(3)
            h = torch.zeros(1, 6, 8)

            with rs.watch(rnn, track=True) as report:
                for chunk in chunks:
                    output, h = rnn(chunk, h.detach())
                    output.sum().backward()
            """),
    ),
    Rule(
        "RNS508",
        "one target for every step",
        "warning",
        "The scores have a row for each step and the target one for each sample, and the loss broadcasts: every step is pushed "
        'towards the one target. torch warns, "Using a target size that is different to the input size", where it is a loss of '
        "its own. Where that is meant, target.expand_as(scores) says so.",
        no_edit="whether a target for each step or one prediction is meant, no size tells",
        wrong=program("""
            class Forecaster(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 1)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(output)  # RNS508

            def loss(scores, target):
                return (scores - target).square().mean()

            x, target = torch.zeros(9, 6, 4), torch.zeros(6, 1)
            report = rs.diagnose(
                Forecaster(), x, axes="seq batch feature", target=target, target_axes=("batch", None), loss=loss
            )
            """),
        right=program("""
            class Forecaster(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 1)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(output[-1])

            def loss(scores, target):
                return (scores - target).square().mean()

            x, target = torch.zeros(9, 6, 4), torch.zeros(6, 1)
            report = rs.diagnose(
                Forecaster(), x, axes="seq batch feature", target=target, target_axes=("batch", None), loss=loss
            )
            """),
    ),
    Rule(
        "RNS509",
        "lengths that are a size of another axis",
        "warning",
        "ctc_loss is told how many steps, and how many letters, each sample has. Where all have as many as there are samples "
        "or classes, and fewer than the scores have steps, the size of another dim was taken: the steps behind go untrained.",
        no_edit="how long each sample really is, only the data tells",
        wrong=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 10)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(output).log_softmax(2)  # seq, batch, classes

            def loss(scores, target):
                steps = torch.full((target.size(0),), scores.size(1))  # RNS509
                letters = torch.full((target.size(0),), target.size(1))
                return nn.functional.ctc_loss(scores, target, steps, letters)

            x, target = torch.zeros(20, 6, 4), torch.randint(1, 10, (6, 3))
            report = rs.diagnose(
                Reader(), x, axes="seq batch feature", target=target, target_axes="batch letter", loss=loss
            )
            """),
        right=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 10)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(output).log_softmax(2)  # seq, batch, classes

            def loss(scores, target):
                steps = torch.full((target.size(0),), scores.size(0))
                letters = torch.full((target.size(0),), target.size(1))
                return nn.functional.ctc_loss(scores, target, steps, letters)

            x, target = torch.zeros(20, 6, 4), torch.randint(1, 10, (6, 3))
            report = rs.diagnose(
                Reader(), x, axes="seq batch feature", target=target, target_axes="batch letter", loss=loss
            )
            """),
    ),
)
