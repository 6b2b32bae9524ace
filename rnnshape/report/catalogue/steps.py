"""RNS24x: steps in no order, or taken for channels or features."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS240",
        "steps that come several times",
        "error",
        "A view of (batch, channel, seq) as (batch, seq, channel) leaves every element where it is: the layer reads the first "
        "channel, cut into pieces, as some of the steps, then the second. A transpose is meant. Sequences that are put behind "
        "one another and cut into as many rows as each has steps have several steps in a row: they belong side by side.",
        no_edit="no single move of a dim gives these sizes",
        wrong=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(3, 8, batch_first=True)
                    self.fc = nn.Linear(8, 2)

                def forward(self, x):
                    steps = x.view(6, 9, 3)  # RNS240
                    _, h_n = self.rnn(steps)
                    return self.fc(h_n[-1])

            report = rs.diagnose(Model(), torch.zeros(6, 3, 9), axes="batch channel seq")
            """),
        right=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(3, 8, batch_first=True)
                    self.fc = nn.Linear(8, 2)

                def forward(self, x):
                    steps = x.transpose(1, 2)
                    _, h_n = self.rnn(steps)
                    return self.fc(h_n[-1])

            report = rs.diagnose(Model(), torch.zeros(6, 3, 9), axes="batch channel seq")
            """),
    ),
    Rule(
        "RNS241",
        "steps taken for channels",
        "warning",
        "BatchNorm1d normalises dim 1 of (batch, channels, positions). Of (batch, seq, feature) it normalises each step over "
        "all features, and learns a scale for each step and none for a feature. So do InstanceNorm1d and GroupNorm within a "
        "sample. Where each step is to have its own, ignore it.",
        no_edit="which of the dims is which nobody has said, so how they are to be turned is not known",
        wrong=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(3, 8, batch_first=True)
                    self.norm = nn.BatchNorm1d(9)
                    self.fc = nn.Linear(8, 2)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(self.norm(output))  # RNS241

            report = rs.diagnose(Model(), torch.zeros(6, 9, 3), axes="batch seq feature")
            """),
        right=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(3, 8, batch_first=True)
                    self.norm = nn.BatchNorm1d(8)
                    self.fc = nn.Linear(8, 2)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(self.norm(output.transpose(1, 2)).transpose(1, 2))

            report = rs.diagnose(Model(), torch.zeros(6, 9, 3), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS242",
        "a dim that nobody gave",
        "info",
        "F.normalize and F.cosine_similarity take dim 1 where they are given none, softmax dim 0 of three and else dim 1. Of a "
        "sequence that may be the steps, while vectors of features are meant.",
        no_edit="along which dim is meant, only the model's author knows",
        wrong=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(3, 8, batch_first=True)
                    self.fc = nn.Linear(8, 2)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(nn.functional.normalize(output))  # RNS242

            report = rs.diagnose(Model(), torch.zeros(6, 9, 3), axes="batch seq feature")
            """),
        right=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(3, 8, batch_first=True)
                    self.fc = nn.Linear(8, 2)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(nn.functional.normalize(output, dim=-1))

            report = rs.diagnose(Model(), torch.zeros(6, 9, 3), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS243",
        "a unit picked for a step",
        "error",
        "An index along the last dim of an output has left one hidden unit, at all steps, where all units of one step are "
        "meant. The next layer reads the steps as its features.",
        no_edit="which step is meant, no table tells",
        wrong=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(3, 9, batch_first=True)
                    self.fc = nn.Linear(9, 2)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    last = output[:, :, -1]  # RNS243
                    return self.fc(last)

            report = rs.diagnose(Model(), torch.zeros(6, 9, 3), axes="batch seq feature")
            """),
        right=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(3, 9, batch_first=True)
                    self.fc = nn.Linear(9, 2)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    last = output[:, -1, :]
                    return self.fc(last)

            report = rs.diagnose(Model(), torch.zeros(6, 9, 3), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS244",
        "steps taken for features",
        "warning",
        "The layer reads all steps at once, as the features of one place, and walks over the places of a picture, a body or a "
        "graph, or over units of another layer, which are in no order. It may walk over variables on purpose, with sizes that "
        "were made for it; where there are as many of them as steps, a mistake raises nothing. So it is with a convolution.",
        no_edit="the order of the dims, or input_size of the layer, has to change where they are made",
        wrong=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(9, 8, batch_first=True)

                def forward(self, x):
                    joints = x.transpose(1, 2)
                    return self.rnn(joints)[1][-1]  # RNS244

            report = rs.diagnose(Model(), torch.zeros(6, 9, 5), axes="batch seq joint")
            """),
        right=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(5, 8, batch_first=True)

                def forward(self, x):
                    return self.rnn(x)[1][-1]

            report = rs.diagnose(Model(), torch.zeros(6, 9, 5), axes="batch seq joint")
            """),
    ),
    Rule(
        "RNS249",
        "features pooled, and steps read for them",
        "warning",
        "A mean or a maximum over the last dim of an output takes the features of each step together, and leaves one number "
        "for each step. The layer behind reads these as features, with a weight for each step, and what the recurrent layer "
        "says of a step is gone. Pool over the dim of the steps. Gates, which are multiplied with the steps afterwards, are "
        "another thing.",
        no_edit="the dim of the pooling and the size of the layer behind it have to change together",
        wrong=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(9, 3)

                def forward(self, x):
                    pooled = self.rnn(x)[0].mean(2)  # RNS249
                    return self.fc(pooled)

            report = rs.diagnose(Model(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3)

                def forward(self, x):
                    pooled = self.rnn(x)[0].mean(1)
                    return self.fc(pooled)

            report = rs.diagnose(Model(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS247",
        "features from the last to the first",
        "warning",
        "A flip along the last dim of a batch turns its features round, and leaves the steps as they are. Beside samples that "
        "were not turned they go through the same weights, which find other features there, and nothing is read backwards. "
        "Units that a layer has made have no order at all: whoever turns them round in front of a recurrent layer, or behind "
        "one, means its steps.",
        no_edit="which dim flip was meant to turn is known where it stands",
        wrong=program("""
            class BothWays(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.up, self.rnn = nn.Linear(4, 8), nn.GRU(8, 8, batch_first=True)

                def forward(self, x):
                    both = torch.cat([x, x.flip(-1)])  # RNS247
                    ahead, back = self.rnn(self.up(both))[1][-1].chunk(2)
                    return ahead + back

            report = rs.diagnose(BothWays(), torch.randn(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class BothWays(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.up, self.rnn = nn.Linear(4, 8), nn.GRU(8, 8, batch_first=True)

                def forward(self, x):
                    both = torch.cat([x, x.flip(1)])
                    ahead, back = self.rnn(self.up(both))[1][-1].chunk(2)
                    return ahead + back

            report = rs.diagnose(BothWays(), torch.randn(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS245",
        "numbers of steps taken for ids or features",
        "error",
        "argmax along the steps says at which step a score is largest. Looked up in the embedding of the tokens, that number "
        "is the id of some other token. A maximum returns such numbers second: put beside features, they stand in the place of "
        "the largest features, and pass no gradient.",
        no_edit="the dim of the scores is not known",
        wrong=program("""
            class Repeater(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(9, 4)
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 9)

                def forward(self, tokens):
                    output, _ = self.rnn(self.embed(tokens))
                    words = self.fc(output).argmax(dim=1)  # RNS245
                    return self.rnn(self.embed(words))[0]

            report = rs.diagnose(Repeater(), torch.zeros(6, 9, dtype=torch.long), axes="batch seq")
            """),
        right=program("""
            class Repeater(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(9, 4)
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 9)

                def forward(self, tokens):
                    output, _ = self.rnn(self.embed(tokens))
                    words = self.fc(output).argmax(dim=2)
                    return self.rnn(self.embed(words))[0]

            report = rs.diagnose(Repeater(), torch.zeros(6, 9, dtype=torch.long), axes="batch seq")
            """),
    ),
    Rule(
        "RNS246",
        "vectors scaled along another axis",
        "warning",
        "The product of two vectors of norm 1 is the cosine of the angle between them. Where each feature was scaled over the "
        "steps, as F.normalize does with (batch, seq, feature) where it is given no dim, no vector has norm 1, and what is "
        "said of a step depends on how many others there are.",
        no_edit="along which dim the features lay when they were scaled is not known",
        wrong=program("""
            class Matcher(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.picture = nn.GRU(3, 8), nn.Linear(5, 8)

                def forward(self, x, picture):
                    words = nn.functional.normalize(self.rnn(x)[0], dim=0)  # RNS246
                    seen = nn.functional.normalize(self.picture(picture), dim=-1)
                    return torch.einsum("sbd,bd->bs", words, seen)

            axes = ("seq batch feature", "batch feature")
            report = rs.diagnose(Matcher(), torch.zeros(9, 6, 3), torch.zeros(6, 5), axes=axes)
            """),
        right=program("""
            class Matcher(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.picture = nn.GRU(3, 8), nn.Linear(5, 8)

                def forward(self, x, picture):
                    words = nn.functional.normalize(self.rnn(x)[0], dim=2)
                    seen = nn.functional.normalize(self.picture(picture), dim=-1)
                    return torch.einsum("sbd,bd->bs", words, seen)

            axes = ("seq batch feature", "batch feature")
            report = rs.diagnose(Matcher(), torch.zeros(9, 6, 3), torch.zeros(6, 5), axes=axes)
            """),
    ),
)
