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
        "batch along different dims, and their sizes happen to agree.",
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
        "A reduction inside the model takes the batch away, and the output has none: all samples share one answer. With "
        "batch-first tensors the steps are dim 1.",
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
        "RNS210",
        "view of elements that are not in order",
        "error",
        "view only relabels memory. A batch-first output of a recurrent layer, or a transposed tensor, does not lie in "
        "order in memory, so torch refuses. Whether the axes are in the right order is another question, which reshape "
        "does not ask.",
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
        "sizes that do not fit",
        "error",
        "torch compares sizes only, and says which differ. What the dims mean says why: one operand is batch-first and "
        "the other is not, channels are where the steps should be, a dim is missing.",
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
        "RNS215",
        "sizes that break their annotation",
        "error",
        "An argument or a result has not the sizes or the dtype that its annotation, or axes= of rnnshape.check, says: a "
        "number differs, or an axis has another size than elsewhere in the same call.",
        wrong=program("""
            from jaxtyping import Float

            rnn = nn.GRU(4, 8, batch_first=True)

            @rs.check
            def encode(x: Float[torch.Tensor, "batch seq 4"]) -> Float[torch.Tensor, "batch 8"]:
                return rnn(x)[1][-1]

            report = rs.report_of(encode)
            encode(torch.zeros(6, 4, 9))  # RNS215
            """),
        right=program("""
            from jaxtyping import Float

            rnn = nn.GRU(4, 8, batch_first=True)

            @rs.check
            def encode(x: Float[torch.Tensor, "batch seq 4"]) -> Float[torch.Tensor, "batch 8"]:
                return rnn(x)[1][-1]

            report = rs.report_of(encode)
            encode(torch.zeros(6, 9, 4))
            """),
    ),
    Rule(
        "RNS216",
        "axis that is not the one annotated",
        "error",
        "The elements that lie along a dim are of another axis than its annotation says, though every size agrees: a tensor "
        "that is known to be batch-first arrives where (seq, batch) is annotated. Either the annotation or the call is wrong.",
        wrong=program("""
            from jaxtyping import Float

            @rs.check
            def last_step(output: Float[torch.Tensor, "seq batch hidden"]):
                return output[-1]

            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)

                def forward(self, x):
                    output, _ = self.rnn(x)  # batch, seq, hidden
                    return last_step(output)  # RNS216

            report = rs.diagnose(Encoder(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            from jaxtyping import Float

            @rs.check
            def last_step(output: Float[torch.Tensor, "seq batch hidden"]):
                return output[-1]

            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)

                def forward(self, x):
                    output, _ = self.rnn(x)  # batch, seq, hidden
                    return last_step(output.transpose(0, 1))

            report = rs.diagnose(Encoder(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
)
