"""RNS3xx: the wrong state picked."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS301",
        "a sample instead of a step",
        "error",
        "An index along the batch took one sample, where the last step was meant: only that sample reaches the output. "
        "In a batch-first output the steps are dim 1.",
        no_edit="whether a step, and which one, is meant, no table tells",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)  # batch, seq, hidden
                    last = output[-1]  # RNS301
                    return self.fc(last)

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
                    last = output[:, -1]
                    return self.fc(last)

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS302",
        "a direction that has read one step",
        "warning",
        "The reverse direction reads from the end, so its state at the last step has read one step only. Its final "
        "state is at step 0. Likewise for the forward direction at step 0.",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True, bidirectional=True)
                    self.fc = nn.Linear(2 * 8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    last = output[:, -1]  # RNS302
                    return self.fc(last)

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True, bidirectional=True)
                    self.fc = nn.Linear(2 * 8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    last = torch.cat([output[:, -1, :8], output[:, 0, 8:]], dim=1)
                    return self.fc(last)

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS303",
        "last step is padding",
        "warning",
        "Shorter samples end before the last step. What is there is the state after their padding, or zeros.",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(20, 4, padding_idx=0)
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, tokens, lengths):
                    output, _ = self.rnn(self.embed(tokens))
                    last = output[:, -1]  # RNS303
                    return self.fc(last)

            tokens = torch.tensor([[5, 2, 7, 3], [8, 1, 0, 0], [4, 6, 9, 0]])  # 0 is padding
            lengths = torch.tensor([4, 2, 3])
            report = rs.diagnose(Classifier(), tokens, lengths, axes=("batch seq", "batch"))
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(20, 4, padding_idx=0)
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, tokens, lengths):
                    output, _ = self.rnn(self.embed(tokens))
                    last = output[torch.arange(len(lengths)), lengths - 1]
                    return self.fc(last)

            tokens = torch.tensor([[5, 2, 7, 3], [8, 1, 0, 0], [4, 6, 9, 0]])  # 0 is padding
            lengths = torch.tensor([4, 2, 3])
            report = rs.diagnose(Classifier(), tokens, lengths, axes=("batch seq", "batch"))
            """),
    ),
    Rule(
        "RNS304",
        "one direction only",
        "warning",
        "The layer is bidirectional, and one direction is used nowhere. h_n[-1] is the reverse direction of the last "
        "layer, h_n[-2] its forward one.",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True, bidirectional=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    return self.fc(h_n[-1])  # RNS304

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True, bidirectional=True)
                    self.fc = nn.Linear(2 * 8, 3)

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    return self.fc(torch.cat([h_n[-2], h_n[-1]], dim=1))

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS305",
        "another layer than meant",
        "warning",
        "Rows of a state are layer 0 forward, layer 0 reverse, layer 1 forward, ... So h_n[0] is the first layer, and "
        "h_n[:num_layers] of a bidirectional layer is not its forward direction.",
        no_edit="no half of these rows fits the layer that they are given to",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    return self.fc(h_n[0])  # RNS305

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    return self.fc(h_n[-1])

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS306",
        "layers and directions exchanged",
        "warning",
        "The rows of a state unpack as (layers, directions), in this order. The other way round, the two directions "
        "come from different layers. Given whole to a one-way layer of as many rows, the forward state starts one layer, and "
        "the reverse state the next: join both directions of each layer first. Where that is meant, stack the rows.",
        no_edit="no half of these rows fits the layer that they are given to",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, num_layers=3, bidirectional=True)
                    self.fc = nn.Linear(2 * 8, 3)

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    top = h_n.view(2, 3, -1, 8)[:, -1].transpose(0, 1).flatten(1)  # RNS306
                    return self.fc(top)

            report = rs.diagnose(Classifier(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, num_layers=3, bidirectional=True)
                    self.fc = nn.Linear(2 * 8, 3)

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    top = h_n.view(3, 2, -1, 8)[-1].transpose(0, 1).flatten(1)
                    return self.fc(top)

            report = rs.diagnose(Classifier(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
    ),
    Rule(
        "RNS307",
        "halves taken apart the wrong way",
        "error",
        "The output of a bidirectional layer is the forward half, then the reverse half: its last dim is (directions "
        "hidden). Viewed as (hidden, 2), each pair holds two neighbouring units of one direction.",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, bidirectional=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    halves = output.view(9, 6, 8, 2)  # RNS307
                    return self.fc(halves.sum(-1))

            report = rs.diagnose(Tagger(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, bidirectional=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    halves = output.view(9, 6, 2, 8)
                    return self.fc(halves.sum(-2))

            report = rs.diagnose(Tagger(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
    ),
    Rule(
        "RNS308",
        "directions forgotten",
        "error",
        "The output of a bidirectional layer has 2 x hidden features: the forward half, then the reverse half.",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, bidirectional=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(output)  # RNS308

            report = rs.diagnose(Tagger(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, bidirectional=True)
                    self.fc = nn.Linear(2 * 8, 3)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    return self.fc(output)

            report = rs.diagnose(Tagger(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
    ),
    Rule(
        "RNS309",
        "hidden and cell state exchanged",
        "error",
        "The state of an LSTM is the pair (h, c). The two have equal sizes unless there is a projection, so the wrong order "
        "runs.",
        wrong=program("""
            class Translator(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.encoder = nn.LSTM(4, 8)
                    self.decoder = nn.LSTM(4, 8)

                def forward(self, x, y):
                    _, (h, c) = self.encoder(x)
                    output, _ = self.decoder(y, (c, h))  # RNS309
                    return output

            x, y = torch.zeros(9, 6, 4), torch.zeros(7, 6, 4)
            report = rs.diagnose(Translator(), x, y, axes=("seq batch feature", "seq batch feature"))
            """),
        right=program("""
            class Translator(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.encoder = nn.LSTM(4, 8)
                    self.decoder = nn.LSTM(4, 8)

                def forward(self, x, y):
                    _, (h, c) = self.encoder(x)
                    output, _ = self.decoder(y, (h, c))
                    return output

            x, y = torch.zeros(9, 6, 4), torch.zeros(7, 6, 4)
            report = rs.diagnose(Translator(), x, y, axes=("seq batch feature", "seq batch feature"))
            """),
    ),
)
