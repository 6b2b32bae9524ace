"""RNS117 to RNS120 and RNS210 to RNS213: exceptions of torch's and Python's, and what the dims mean says why."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS117",
        "packed sequence where a tensor is due",
        "error",
        "A recurrent layer that is given a PackedSequence returns one. Only recurrent layers read it: anything else needs the "
        "padded tensor that pad_packed_sequence makes of it.",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
                    output, _ = self.rnn(packed)
                    return self.fc(output)  # RNS117

            x, lengths = torch.zeros(3, 9, 4), torch.tensor([9, 7, 4])
            report = rs.diagnose(Tagger(), x, lengths, axes=["batch seq feature", "batch"])
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
                    output, _ = self.rnn(packed)
                    output, _ = nn.utils.rnn.pad_packed_sequence(output, batch_first=True)
                    return self.fc(output)

            x, lengths = torch.zeros(3, 9, 4), torch.tensor([9, 7, 4])
            report = rs.diagnose(Tagger(), x, lengths, axes=["batch seq feature", "batch"])
            """),
    ),
    Rule(
        "RNS118",
        "values of a kind that an operation does not take",
        "error",
        "An Embedding looks rows up by whole numbers, a loss over classes takes their numbers, and softmax, mean and Linear "
        "compute with floats. Ids that came as floats need `.long()`; features that are read by an Embedding need a Linear in "
        "its place.",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(20, 4)
                    self.rnn = nn.GRU(4, 8, batch_first=True)

                def forward(self, x):
                    _, h_n = self.rnn(self.embed(x))  # RNS118
                    return h_n[-1]

            report = rs.diagnose(Classifier(), torch.zeros(6, 9), axes="batch seq")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(20, 4)
                    self.rnn = nn.GRU(4, 8, batch_first=True)

                def forward(self, x):
                    _, h_n = self.rnn(self.embed(x.long()))
                    return h_n[-1]

            report = rs.diagnose(Classifier(), torch.zeros(6, 9), axes="batch seq")
            """),
    ),
    Rule(
        "RNS119",
        "number that stands for nothing",
        "error",
        "The rows of an Embedding and the classes of a loss are numbered from 0. A vocabulary of 20 words with a token for "
        "padding needs 21 rows, and classes that are counted from 1 are one too many.",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(20, 4)
                    self.rnn = nn.GRU(4, 8, batch_first=True)

                def forward(self, tokens):
                    _, h_n = self.rnn(self.embed(tokens))  # RNS119
                    return h_n[-1]

            report = rs.diagnose(Classifier(), torch.full((6, 9), 20), axes="batch seq")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(21, 4)
                    self.rnn = nn.GRU(4, 8, batch_first=True)

                def forward(self, tokens):
                    _, h_n = self.rnn(self.embed(tokens))
                    return h_n[-1]

            report = rs.diagnose(Classifier(), torch.full((6, 9), 20), axes="batch seq")
            """),
    ),
    Rule(
        "RNS120",
        "unpacked into another number of names",
        "error",
        "An LSTM returns output and the pair (h_n, c_n), a GRU or an RNN returns output and h_n alone. A tensor is unpacked "
        "along its first dim. Sizes are as many as the tensor has dims.",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.LSTM(4, 8, batch_first=True)

                def forward(self, x):
                    output, h_n, c_n = self.rnn(x)  # RNS120
                    return h_n[-1]

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.LSTM(4, 8, batch_first=True)

                def forward(self, x):
                    output, (h_n, c_n) = self.rnn(x)
                    return h_n[-1]

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS210",
        "view of elements that are not in order",
        "error",
        "view only relabels memory. A batch-first output of a recurrent layer, or a transposed tensor, does not lie in "
        "order in memory, so torch refuses. Whether the axes are in the right order is another question, which reshape "
        "does not ask.",
        no_edit="which of the operands lies as it is meant, no table tells",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(output.view(-1, 8))  # RNS210

            report = rs.diagnose(Tagger(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(output.reshape(-1, 8))

            report = rs.diagnose(Tagger(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS211",
        "features that do not fit",
        "error",
        "The last dim of the input is not the in_features of the Linear.",
        no_edit="no order of the axes that are known was found that fits",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.conv = nn.Conv1d(8, 8, kernel_size=3, padding=1)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    output = self.conv(output.transpose(1, 2))  # batch, hidden, seq
                    return self.fc(output)  # RNS211

            report = rs.diagnose(Tagger(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.conv = nn.Conv1d(8, 8, kernel_size=3, padding=1)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    output = self.conv(output.transpose(1, 2))  # batch, hidden, seq
                    return self.fc(output.transpose(1, 2))

            report = rs.diagnose(Tagger(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS212",
        "batch of one squeezed away",
        "error",
        "squeeze drops every dim of size 1 that it is given, and the last batch of an epoch may hold one sample. Then "
        "the batch goes, and later dims are one place off.",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    last = h_n.squeeze()  # RNS212
                    return self.fc(last).softmax(dim=1)

            report = rs.diagnose(Classifier(), torch.zeros(1, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    last = h_n[-1]
                    return self.fc(last).softmax(dim=1)

            report = rs.diagnose(Classifier(), torch.zeros(1, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS213",
        "sizes or dims that do not fit",
        "error",
        "torch compares sizes only, and says which differ. What the dims mean says why: one operand is batch-first and "
        "the other is not, channels are where the steps should be, an index or a squeeze has taken a dim away.",
        no_edit="which of the sizes is the one that is meant, they do not tell",
        wrong=program("""
            class Attention(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.score = nn.Linear(8, 1)

                def forward(self, x):
                    output, _ = self.rnn(x)  # seq, batch, hidden
                    weights = self.score(output).softmax(dim=0).permute(1, 2, 0)  # batch, 1, seq
                    return torch.bmm(weights, output)  # RNS213

            report = rs.diagnose(Attention(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
        right=program("""
            class Attention(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.score = nn.Linear(8, 1)

                def forward(self, x):
                    output, _ = self.rnn(x)  # seq, batch, hidden
                    weights = self.score(output).softmax(dim=0).permute(1, 2, 0)  # batch, 1, seq
                    return torch.bmm(weights, output.transpose(0, 1))

            report = rs.diagnose(Attention(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
    ),
)
