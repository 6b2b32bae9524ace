"""RNS2xx: an axis used as another."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS201",
        "batch and seq the other way round",
        "error",
        "A recurrent layer (or CTC loss) runs along the samples: its output for one sample depends on the samples "
        "before it, and the real sequence is treated as a batch. Shapes fit, nothing raises. Usual cause: batch_first "
        "is missing, or a permute too many.",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)  # batch_first=False
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)  # RNS201
                    return self.fc(output)

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
                    return self.fc(output)

            report = rs.diagnose(Tagger(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS203",
        "samples mixed",
        "error",
        "A reshape cut the batch into pieces and spread them, so that a row holds several samples, and a layer uses the "
        "rows as samples. view and reshape keep the order in memory; they never move an axis. Transpose first.",
        no_edit="no order of the axes that are known was found that keeps the samples apart at these sizes",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)
                    self.fc = nn.Linear(2 * 8, 3)

                def forward(self, x):
                    _, h_n = self.rnn(x)  # layers, batch, hidden
                    rows = h_n.view(x.size(0), -1)  # RNS203
                    return self.fc(rows)

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)
                    self.fc = nn.Linear(2 * 8, 3)

                def forward(self, x):
                    _, h_n = self.rnn(x)  # layers, batch, hidden
                    rows = h_n.transpose(0, 1).reshape(x.size(0), -1)
                    return self.fc(rows)

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS204",
        "attention over the batch",
        "error",
        "Multi-head attention takes (steps, batch, features) unless batch_first=True. Given a batch-first tensor, every "
        "step attends to the other samples.",
        no_edit="no order of the axes that are known was found that fits",
        wrong=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.attention = nn.MultiheadAttention(8, 2)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    attended, _ = self.attention(output, output, output)  # RNS204
                    return attended

            report = rs.diagnose(Encoder(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    attended, _ = self.attention(output, output, output)
                    return attended

            report = rs.diagnose(Encoder(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS205",
        "different samples meet",
        "error",
        "An elementwise operation puts an element of one sample against an element of another: the two operands have "
        "batch along different dims, and their sizes happen to agree. So it is where a step is put behind the samples.",
        no_edit="which of the operands lies as it is meant, no table tells",
        wrong=program("""
            class Residual(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 4)

                def forward(self, x):
                    output, _ = self.rnn(x.transpose(0, 1))  # seq, batch, hidden
                    return output + x  # RNS205

            x = torch.zeros(6, 6, 4)  # as many steps as samples
            report = rs.diagnose(Residual(), x, axes="batch seq feature")
            """),
        right=program("""
            class Residual(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 4)

                def forward(self, x):
                    output, _ = self.rnn(x.transpose(0, 1))  # seq, batch, hidden
                    return output.transpose(0, 1) + x

            x = torch.zeros(6, 6, 4)  # as many steps as samples
            report = rs.diagnose(Residual(), x, axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS206",
        "softmax over the batch",
        "error",
        "A softmax along the batch makes the samples compete with each other: the weights of one sample depend on all "
        "the others, and for a batch of one all are 1.",
        no_edit="over which other dim is meant, no table tells",
        wrong=program("""
            class Attention(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.score = nn.Linear(8, 1)

                def forward(self, x):
                    output, _ = self.rnn(x)  # batch, seq, hidden
                    weights = self.score(output).softmax(dim=0)  # RNS206
                    return (weights * output).sum(1)

            report = rs.diagnose(Attention(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Attention(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.score = nn.Linear(8, 1)

                def forward(self, x):
                    output, _ = self.rnn(x)  # batch, seq, hidden
                    weights = self.score(output).softmax(dim=1)
                    return (weights * output).sum(1)

            report = rs.diagnose(Attention(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS207",
        "softmax over a single score",
        "warning",
        "A softmax over a dim of size 1 is always 1. The weights carry nothing, and what computes them is never trained.",
        no_edit="over which other dim is meant, no table tells",
        wrong=program("""
            class Attention(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.score = nn.Linear(8, 1)

                def forward(self, x):
                    output, _ = self.rnn(x)  # batch, seq, hidden
                    weights = self.score(output).softmax(dim=-1)  # RNS207
                    return (weights * output).sum(1)

            report = rs.diagnose(Attention(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Attention(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.score = nn.Linear(8, 1)

                def forward(self, x):
                    output, _ = self.rnn(x)  # batch, seq, hidden
                    weights = self.score(output).softmax(dim=1)
                    return (weights * output).sum(1)

            report = rs.diagnose(Attention(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS208",
        "batch reduced away",
        "error",
        "A reduction inside the model takes the batch away, and the output has none: all samples share one answer; or the "
        "number that it leaves for each step is taken for one of each sample, such as a length. With batch-first tensors the "
        "steps are dim 1.",
        no_edit="over which other dim is meant, no table tells",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)  # batch, seq, hidden
                    pooled = output.mean(0)  # RNS208
                    return self.fc(pooled)

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)  # batch, seq, hidden
                    pooled = output.mean(1)
                    return self.fc(pooled)

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS209",
        "axis scrambled",
        "error",
        "A view took two axes apart at places that do not fit, as it does when it is used for a transpose: sizes are "
        "right, and elements of one axis lie along the other in no order.",
        no_edit="no order of the axes that are known was found that keeps them whole at these sizes",
        wrong=program("""
            class Recogniser(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.conv = nn.Conv1d(4, 5, kernel_size=3, padding=1)
                    self.rnn = nn.GRU(5, 8, batch_first=True)

                def forward(self, x):
                    x = x.view(x.size(0), 4, -1)  # RNS209
                    return self.rnn(self.conv(x).transpose(1, 2))[0]

            report = rs.diagnose(Recogniser(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Recogniser(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.conv = nn.Conv1d(4, 5, kernel_size=3, padding=1)
                    self.rnn = nn.GRU(5, 8, batch_first=True)

                def forward(self, x):
                    x = x.transpose(1, 2)
                    return self.rnn(self.conv(x).transpose(1, 2))[0]

            report = rs.diagnose(Recogniser(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS214",
        "normalised over the batch",
        "warning",
        "Each sample is scaled by the others, so its result depends on whom it was batched with. A vector of one sample is "
        "normalised along its features.",
        wrong=program("""
            class Embedder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    return nn.functional.normalize(h_n[-1], dim=0)  # RNS214

            report = rs.diagnose(Embedder(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Embedder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    return nn.functional.normalize(h_n[-1], dim=1)

            report = rs.diagnose(Embedder(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS217",
        "whole steps dropped",
        "info",
        "Dropout1d and Dropout2d drop whole channels, dim 1 of (batch, channels, positions). A sequence that is (batch, seq, "
        "feature) loses whole steps in their place. That may be meant, as a kind of noise; dropping whole features is what the "
        "layers are for.",
        no_edit="samples lie where channels are read, and in which order of the dims they should, no table tells",
        wrong=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.drop = nn.Dropout1d(0.1)

                def forward(self, x):
                    x = self.drop(x)  # RNS217
                    return self.rnn(x)[1][-1]

            report = rs.diagnose(Encoder(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.drop = nn.Dropout1d(0.1)

                def forward(self, x):
                    x = self.drop(x.transpose(1, 2)).transpose(1, 2)
                    return self.rnn(x)[1][-1]

            report = rs.diagnose(Encoder(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS218",
        "two layers disagree about batch_first",
        "warning",
        "One layer returns (batch, steps, features), and the next reads what it returns as (steps, batch, features), or the "
        "other way round, with nothing in between that would turn it. Both cannot be meant: one of the two runs along the "
        "samples. Which one it is only you can tell; with axes= it is found out.",
        no_edit="which of the two layers reads the dims as they are meant, no table tells",
        wrong=program("""
            class Stack(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.first = nn.LSTM(4, 8, batch_first=True)
                    self.second = nn.GRU(8, 8)

                def forward(self, x):
                    output, _ = self.first(x)
                    return self.second(output)[0]  # RNS218

            report = rs.diagnose(Stack(), torch.zeros(6, 9, 4))
            """),
        right=program("""
            class Stack(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.first = nn.LSTM(4, 8, batch_first=True)
                    self.second = nn.GRU(8, 8, batch_first=True)

                def forward(self, x):
                    output, _ = self.first(x)
                    return self.second(output)[0]

            report = rs.diagnose(Stack(), torch.zeros(6, 9, 4))
            """),
    ),
)
