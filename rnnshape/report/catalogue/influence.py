"""RNS6xx: measured by an experiment, on a copy of the model."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS601",
        "samples that meet",
        "warning",
        "Other content in one sample changes the output of another one, though the model does not train. Where a model "
        "treats all samples alike, whatever their order, that may be meant, and is a note.",
        wrong=program("""
            class Walker(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(2, 8, batch_first=True)
                    self.fc = nn.Linear(8, 2)

                def forward(self, steps):
                    places = steps.cumsum(0)  # RNS601
                    return self.fc(self.rnn(places)[0])

            report = rs.diagnose(Walker(), torch.zeros(6, 9, 2), axes="batch seq feature")
            """),
        right=program("""
            class Walker(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(2, 8, batch_first=True)
                    self.fc = nn.Linear(8, 2)

                def forward(self, steps):
                    places = steps.cumsum(1)
                    return self.fc(self.rnn(places)[0])

            report = rs.diagnose(Walker(), torch.zeros(6, 9, 2), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS602",
        "place in the batch that matters",
        "warning",
        "With its samples in another order, the output is another one, and not only in that order: its rows hold elements of "
        "several samples, or those of other ones.",
        wrong=program("""
            class Values(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8), nn.Linear(8, 3)

                def forward(self, x):
                    steps = x.size(0)
                    rows = self.rnn(x)[0].reshape(-1, 8)
                    return self.fc(rows[steps - 1 :: steps])  # RNS602

            report = rs.diagnose(Values(), torch.zeros(8, 5, 4), axes="seq batch feature")
            """),
        right=program("""
            class Values(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8), nn.Linear(8, 3)

                def forward(self, x):
                    steps = x.size(0)
                    rows = self.rnn(x)[0]
                    return self.fc(rows[steps - 1])

            report = rs.diagnose(Values(), torch.zeros(8, 5, 4), axes="seq batch feature")
            """),
    ),
    Rule(
        "RNS605",
        "targets of other samples",
        "warning",
        "Another target for one sample changes the gradient by the output of another one: rows were flattened in another "
        "order, or every prediction meets every target, and which is whose does not matter.",
        wrong=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, x):
                    return self.fc(self.rnn(x)[0][:, -1]).squeeze(1)

            def loss(output, target):
                return nn.functional.mse_loss(output, target.flip(0))  # RNS605

            x, target = torch.zeros(6, 9, 4), torch.zeros(6)
            report = rs.diagnose(
                Encoder(), x, axes="batch seq feature", target=target, target_axes="batch", loss=loss
            )
            """),
        right=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, x):
                    return self.fc(self.rnn(x)[0][:, -1]).squeeze(1)

            def loss(output, target):
                return nn.functional.mse_loss(output, target)

            x, target = torch.zeros(6, 9, 4), torch.zeros(6)
            report = rs.diagnose(
                Encoder(), x, axes="batch seq feature", target=target, target_axes="batch", loss=loss
            )
            """),
    ),
    Rule(
        "RNS606",
        "samples that are read by nobody",
        "warning",
        "Nothing that the model returns depends on some of the samples, whatever is in them: another one was picked for all, "
        "or a place where they have nothing but padding.",
        wrong=program("""
            class Forecaster(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, x):
                    halves = self.rnn(x)[0].chunk(2)  # of the batch, to save memory
                    return torch.cat([self.fc(half[-1]) for half in halves])  # RNS606

            report = rs.diagnose(Forecaster(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Forecaster(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, x):
                    halves = self.rnn(x)[0].chunk(2)  # of the batch, to save memory
                    return torch.cat([self.fc(half[:, -1]) for half in halves])

            report = rs.diagnose(Forecaster(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS603",
        "padding that matters",
        "warning",
        "More padding behind the samples, or less where the longest are shorter, changes what is returned of them, though the "
        "model is given their lengths or a mask; or a loss counts it. What is said of a sample depends on its batch then.",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3)

                def forward(self, x, lengths):
                    output, _ = self.rnn(x)
                    return self.fc(output.mean(1))  # RNS603

            x, lengths = torch.randn(3, 9, 4), torch.tensor([9, 6, 4])
            x = x * (torch.arange(9) < lengths[:, None])[..., None]
            report = rs.probe(Classifier(), x, lengths, axes=("batch seq feature", "batch"))
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3)

                def forward(self, x, lengths):
                    output, _ = self.rnn(x)
                    return self.fc(output[torch.arange(3), lengths - 1])

            x, lengths = torch.randn(3, 9, 4), torch.tensor([9, 6, 4])
            x = x * (torch.arange(9) < lengths[:, None])[..., None]
            report = rs.probe(Classifier(), x, lengths, axes=("batch seq feature", "batch"))
            """),
    ),
    Rule(
        "RNS604",
        "step that looks ahead",
        "warning",
        "The output of a step depends on later ones, in a model that must not know them: asked for by causal=True.",
        wrong=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.conv, self.rnn = nn.Conv1d(4, 8, 3, padding=1), nn.GRU(8, 8, batch_first=True)

                def forward(self, x):
                    windows = self.conv(x.transpose(1, 2))  # RNS604
                    return self.rnn(windows.transpose(1, 2))[0]

            report = rs.probe(Model(), torch.zeros(3, 9, 4), axes="batch seq feature", causal=True)
            """),
        right=program("""
            class Model(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.conv, self.rnn = nn.Conv1d(4, 8, 3, padding=2), nn.GRU(8, 8, batch_first=True)

                def forward(self, x):
                    windows = self.conv(x.transpose(1, 2))[..., :-2]
                    return self.rnn(windows.transpose(1, 2))[0]

            report = rs.probe(Model(), torch.zeros(3, 9, 4), axes="batch seq feature", causal=True)
            """),
    ),
    Rule(
        "RNS607",
        "what never matters",
        "warning",
        "A layer, or one of its directions, has read a single step in all that is returned; or a layer, a cell, the forward "
        "direction of one, or the scores of a layer, as where a softmax goes over a dim of one, have no part in it: other "
        "weights there change nothing. A step of the input without a part is a note, as is a reverse direction.",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, bidirectional=True), nn.Linear(16, 3)

                def forward(self, x):
                    output, h_n = self.rnn(x)
                    return self.fc(output[-1])  # RNS607

            report = rs.probe(Classifier(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.fc = nn.GRU(4, 8, bidirectional=True), nn.Linear(16, 3)

                def forward(self, x):
                    output, h_n = self.rnn(x)
                    return self.fc(torch.cat([h_n[-2], h_n[-1]], dim=1))

            report = rs.probe(Classifier(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
    ),
    Rule(
        "RNS608",
        "number of samples that matters",
        "warning",
        "Without one of its samples, the model comes to another result for the others, whichever is left out: a loop runs "
        "once for each sample where steps are meant, or something is divided by their number.",
        no_edit="no count in the function was found that mends it where it is written as one of the steps",
        wrong=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.cell, self.fc = nn.GRUCell(4, 8), nn.Linear(8, 3)

                def forward(self, x):
                    h = x.new_zeros(x.size(0), 8)
                    for step in range(len(x)):
                        h = self.cell(x[:, step], h)  # RNS608
                    return self.fc(h)

            report = rs.diagnose(Reader(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.cell, self.fc = nn.GRUCell(4, 8), nn.Linear(8, 3)

                def forward(self, x):
                    h = x.new_zeros(x.size(0), 8)
                    for step in range(x.size(1)):
                        h = self.cell(x[:, step], h)
                    return self.fc(h)

            report = rs.diagnose(Reader(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS609",
        "steps dealt out over rows",
        "warning",
        "What a model is given for a step, or a layer has returned, lay in rows. A view that does not go by these rows has put "
        "pieces of several steps into each, a different share into every one, and a layer reads them as if all were alike.",
        wrong=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.conv = nn.Conv1d(4, 8, 3, padding=1)
                    self.rnn = nn.GRU(8, 8, batch_first=True)

                def forward(self, x):
                    seen = self.conv(x.view(x.size(0), x.size(2), x.size(1)))  # RNS609
                    return self.rnn(seen.transpose(1, 2))[0]

            report = rs.probe(Reader(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.conv = nn.Conv1d(4, 8, 3, padding=1)
                    self.rnn = nn.GRU(8, 8, batch_first=True)

                def forward(self, x):
                    seen = self.conv(x.transpose(1, 2))
                    return self.rnn(seen.transpose(1, 2))[0]

            report = rs.probe(Reader(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS610",
        "state read as another one",
        "warning",
        "What a recurrent layer or cell has returned as its cell state is given to another one, or back to it, as the hidden "
        "state, or read as if it were that; one that goes from step to step is never given its own state back; the "
        "directions of a state are taken for its layers; or of all units of a layer a single one is read.",
        wrong=program("""
            class Translator(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.encode, self.decode = nn.LSTM(4, 8), nn.LSTM(5, 8)

                def forward(self, x, y):
                    _, (h, c) = self.encode(x)
                    return self.decode(y, (c, h))[0]  # RNS610

            x, y = torch.randn(9, 3, 4), torch.randn(7, 3, 5)
            report = rs.probe(Translator(), x, y, axes=("seq batch feature", "seq batch feature"))
            """),
        right=program("""
            class Translator(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.encode, self.decode = nn.LSTM(4, 8), nn.LSTM(5, 8)

                def forward(self, x, y):
                    _, (h, c) = self.encode(x)
                    return self.decode(y, (h, c))[0]

            x, y = torch.randn(9, 3, 4), torch.randn(7, 3, 5)
            report = rs.probe(Translator(), x, y, axes=("seq batch feature", "seq batch feature"))
            """),
    ),
    Rule(
        "RNS611",
        "reader that was not turned back",
        "warning",
        "A row of the output knows the first step and the last one, and none between; towards the other end rows know more and "
        "more from both sides. One reader goes through the steps from the end, and its results lie in the opposite order of "
        "those beside them.",
        no_edit="which of the readers has to be turned back, and where, only the code tells",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.forth, self.back = nn.Linear(12, 8), nn.Linear(12, 8)
                    self.rnn = nn.GRU(16, 3, batch_first=True)

                def read(self, layer, x):
                    h, states = x.new_zeros(x.size(0), 8), []
                    for step in range(x.size(1)):
                        h = torch.tanh(layer(torch.cat([x[:, step], h], dim=1)))
                        states.append(h)
                    return torch.stack(states, dim=1)

                def forward(self, x):
                    forth, back = self.read(self.forth, x), self.read(self.back, x.flip(1))
                    return self.rnn(torch.cat([forth, back], dim=2))[0]  # RNS611

            report = rs.diagnose(Tagger(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.forth, self.back = nn.Linear(12, 8), nn.Linear(12, 8)
                    self.rnn = nn.GRU(16, 3, batch_first=True)

                def read(self, layer, x):
                    h, states = x.new_zeros(x.size(0), 8), []
                    for step in range(x.size(1)):
                        h = torch.tanh(layer(torch.cat([x[:, step], h], dim=1)))
                        states.append(h)
                    return torch.stack(states, dim=1)

                def forward(self, x):
                    forth, back = self.read(self.forth, x), self.read(self.back, x.flip(1)).flip(1)
                    return self.rnn(torch.cat([forth, back], dim=2))[0]

            report = rs.diagnose(Tagger(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
)
