"""RNS1xx: the contract of a recurrent layer."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS000",
        "the model raised",
        "error",
        "The model raised an exception that no rule here explains. diagnose keeps it in report.exception. A watch lets it "
        "pass, with a note of the call's Layouts where a recurrent layer raised it.",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, num_layers=2)
                    self.heads = nn.ModuleDict({"tags": nn.Linear(8, 3)})

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    return self.heads["tag"](h_n[-1])  # RNS000

            report = rs.diagnose(Classifier(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, num_layers=2)
                    self.heads = nn.ModuleDict({"tags": nn.Linear(8, 3)})

                def forward(self, x):
                    _, h_n = self.rnn(x)
                    return self.heads["tags"](h_n[-1])

            report = rs.diagnose(Classifier(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
    ),
    Rule(
        "RNS101",
        "input of another rank",
        "error",
        "A layer takes (seq, batch, feature), or (batch, seq, feature) with batch_first=True, or one unbatched sequence "
        "(seq, feature). A cell takes one step: (batch, feature) or (feature).",
        wrong=program("""
            rnn = nn.GRU(4, 8, batch_first=True)
            images = torch.zeros(6, 1, 9, 4)  # batch, channel, row, column

            with rs.watch(rnn) as report:
                rnn(images)  # RNS101
            """),
        right=program("""
            rnn = nn.GRU(4, 8, batch_first=True)
            images = torch.zeros(6, 1, 9, 4)  # batch, channel, row, column

            with rs.watch(rnn) as report:
                rnn(images.squeeze(1))
            """),
    ),
    Rule(
        "RNS102",
        "input of another width",
        "error",
        "The last axis of the input is the feature axis, whatever batch_first says. Its size is input_size.",
        no_edit="whether the layer or what it is given has the wrong width, no size tells",
        wrong=program("""
            rnn = nn.LSTM(4, 8, batch_first=True)
            x = torch.zeros(6, 4, 9)  # batch, feature, seq: as Conv1d gives it

            with rs.watch(rnn) as report:
                rnn(x)  # RNS102
            """),
        right=program("""
            rnn = nn.LSTM(4, 8, batch_first=True)
            x = torch.zeros(6, 4, 9)  # batch, feature, seq: as Conv1d gives it

            with rs.watch(rnn) as report:
                rnn(x.transpose(1, 2))
            """),
    ),
    Rule(
        "RNS103",
        "state with another number of rows",
        "error",
        "A state has a row for every layer and direction: layer 0 forward, layer 0 reverse, layer 1 forward, ... A "
        "bidirectional layer has twice num_layers of them.",
        no_edit="what rows that are missing should begin with, or which are too many, no size tells",
        wrong=program("""
            rnn = nn.GRU(4, 8, num_layers=2, bidirectional=True)
            x = torch.zeros(9, 6, 4)

            with rs.watch(rnn) as report:
                rnn(x, torch.zeros(2, 6, 8))  # RNS103
            """),
        right=program("""
            rnn = nn.GRU(4, 8, num_layers=2, bidirectional=True)
            x = torch.zeros(9, 6, 4)

            with rs.watch(rnn) as report:
                rnn(x, torch.zeros(2 * 2, 6, 8))
            """),
    ),
    Rule(
        "RNS104",
        "state made batch-first",
        "error",
        "batch_first=True orders input and output only. h_0, c_0, h_n and c_n are (layers x directions, batch, hidden) always.",
        wrong=program("""
            rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)
            x = torch.zeros(6, 9, 4)

            with rs.watch(rnn) as report:
                rnn(x, torch.zeros(6, 2, 8))  # RNS104
            """),
        right=program("""
            rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)
            x = torch.zeros(6, 9, 4)

            with rs.watch(rnn) as report:
                rnn(x, torch.zeros(2, 6, 8))
            """),
    ),
    Rule(
        "RNS105",
        "state of another rank",
        "error",
        "A batched input goes with 3-D states, an unbatched one (2-D input) with 2-D states. For a cell it is 2-D and 1-D.",
        wrong=program("""
            rnn = nn.LSTM(4, 8)
            x = torch.zeros(9, 6, 4)

            with rs.watch(rnn) as report:
                rnn(x, (torch.zeros(6, 8), torch.zeros(6, 8)))  # RNS105
            """),
        right=program("""
            rnn = nn.LSTM(4, 8)
            x = torch.zeros(9, 6, 4)

            with rs.watch(rnn) as report:
                rnn(x, (torch.zeros(1, 6, 8), torch.zeros(1, 6, 8)))
            """),
    ),
    Rule(
        "RNS106",
        "state of another batch",
        "error",
        "State and input hold the same samples, so their batch sizes agree. Usual causes: a state built for a fixed batch "
        "size meets the smaller last batch; a state kept from the batch before; an input whose batch and seq are the other "
        "way round.",
        no_edit="whether the state or the input has the wrong batch, no size tells",
        wrong=program("""
            rnn = nn.GRU(4, 8, batch_first=True)
            batches = torch.zeros(20, 9, 4).split(8)  # 8, 8 and 4 samples

            with rs.watch(rnn) as report:
                for x in batches:
                    rnn(x, torch.zeros(1, 8, 8))  # RNS106
            """),
        right=program("""
            rnn = nn.GRU(4, 8, batch_first=True)
            batches = torch.zeros(20, 9, 4).split(8)  # 8, 8 and 4 samples

            with rs.watch(rnn) as report:
                for x in batches:
                    rnn(x, torch.zeros(1, x.size(0), 8))
            """),
    ),
    Rule(
        "RNS107",
        "state of another width",
        "error",
        "h_0 has hidden_size features (proj_size, if that is set), c_0 has hidden_size. A bidirectional layer does not "
        "double them: directions are rows of the state, and only the output puts them side by side.",
        no_edit="a layer between the two states, or another hidden_size, is for the model to choose",
        wrong=program("""
            rnn = nn.GRU(4, 8, bidirectional=True)
            x = torch.zeros(9, 6, 4)

            with rs.watch(rnn) as report:
                rnn(x, torch.zeros(2, 6, 16))  # RNS107
            """),
        right=program("""
            rnn = nn.GRU(4, 8, bidirectional=True)
            x = torch.zeros(9, 6, 4)

            with rs.watch(rnn) as report:
                rnn(x, torch.zeros(2, 6, 8))
            """),
    ),
    Rule(
        "RNS108",
        "LSTM without its pair of states",
        "error",
        "An LSTM has a hidden state and a cell state and takes them as the pair (h_0, c_0). The mistake often comes when a GRU "
        "is swapped for an LSTM.",
        wrong=program("""
            lstm = nn.LSTM(4, 8)
            x, h_0 = torch.zeros(9, 6, 4), torch.zeros(1, 6, 8)

            with rs.watch(lstm) as report:
                lstm(x, h_0)  # RNS108
            """),
        right=program("""
            lstm = nn.LSTM(4, 8)
            x, h_0 = torch.zeros(9, 6, 4), torch.zeros(1, 6, 8)

            with rs.watch(lstm) as report:
                lstm(x, (h_0, torch.zeros_like(h_0)))
            """),
    ),
    Rule(
        "RNS109",
        "pair of states for a layer with one",
        "error",
        "RNN and GRU have one state. A pair comes from an LSTM.",
        wrong=program("""
            encoder, decoder = nn.LSTM(4, 8), nn.GRU(4, 8)
            x, y = torch.zeros(9, 6, 4), torch.zeros(7, 6, 4)

            with rs.watch() as report:
                _, state = encoder(x)
                decoder(y, state)  # RNS109
            """),
        right=program("""
            encoder, decoder = nn.LSTM(4, 8), nn.GRU(4, 8)
            x, y = torch.zeros(9, 6, 4), torch.zeros(7, 6, 4)

            with rs.watch() as report:
                _, (h_n, c_n) = encoder(x)
                decoder(y, h_n)
            """),
    ),
    Rule(
        "RNS110",
        "another dtype",
        "error",
        "Input, states and weights compute in one dtype (autocast apart). numpy arrays are float64 and become double tensors.",
        wrong=program("""
            rnn = nn.GRU(4, 8)
            series = torch.zeros(9, 6, 4, dtype=torch.float64)  # as torch.from_numpy gives it

            with rs.watch(rnn) as report:
                rnn(series)  # RNS110
            """),
        right=program("""
            rnn = nn.GRU(4, 8)
            series = torch.zeros(9, 6, 4, dtype=torch.float64)  # as torch.from_numpy gives it

            with rs.watch(rnn) as report:
                rnn(series.float())
            """),
    ),
    Rule(
        "RNS111",
        "another device",
        "error",
        "Input, states and weights live on one device. A state made by torch.zeros without device= is on the CPU.",
        wrong=program("""
            rnn = nn.GRU(4, 8, device="meta")  # "meta" stands for a GPU
            x = torch.zeros(9, 6, 4, device="meta")

            with rs.watch(rnn) as report:
                rnn(x, torch.zeros(1, 6, 8))  # RNS111
            """),
        right=program("""
            rnn = nn.GRU(4, 8, device="meta")  # "meta" stands for a GPU
            x = torch.zeros(9, 6, 4, device="meta")

            with rs.watch(rnn) as report:
                rnn(x, torch.zeros(1, 6, 8, device=x.device))
            """),
    ),
    Rule(
        "RNS112",
        "2-D input read as one unbatched sequence",
        "warning",
        "Since torch 1.11 a 2-D input is one sequence without a batch: (seq, feature). A (batch, feature) matrix is taken "
        "for it in silence, and each sample is computed from the samples before it. If one sequence is what you mean, pass "
        "its state too, or ignore this rule.",
        wrong=program("""
            rnn = nn.LSTM(4, 8, batch_first=True)
            rows = torch.zeros(6, 4)  # batch, feature

            with rs.watch(rnn) as report:
                rnn(rows)  # RNS112
            """),
        right=program("""
            rnn = nn.LSTM(4, 8, batch_first=True)
            rows = torch.zeros(6, 4)  # batch, feature

            with rs.watch(rnn) as report:
                rnn(rows.unsqueeze(1))  # one step for each sample
            """),
    ),
    Rule(
        "RNS113",
        "input that is no tensor",
        "error",
        "A recurrent layer returns a tuple, (output, state). Passing it on whole, or through nn.Sequential, hands the next "
        "layer a tuple.",
        wrong=program("""
            first, second = nn.GRU(4, 8), nn.GRU(8, 8)
            x = torch.zeros(9, 6, 4)

            with rs.watch() as report:
                x = first(x)
                second(x)  # RNS113
            """),
        right=program("""
            first, second = nn.GRU(4, 8), nn.GRU(8, 8)
            x = torch.zeros(9, 6, 4)

            with rs.watch() as report:
                x, h_n = first(x)
                second(x)
            """),
    ),
    Rule(
        "RNS114",
        "result that breaks the layer's contract",
        "warning",
        "A subclass or a replacement of a recurrent layer gave tensors of other sizes than its own configuration promises, "
        "so whatever reads hidden_size, bidirectional or batch_first from it computes with wrong sizes. Make it a module of "
        "its own that has a recurrent layer.",
        wrong=program("""
            class Summed(nn.GRU):
                def __init__(self):
                    super().__init__(4, 8, bidirectional=True)

                def forward(self, x):
                    output, h_n = super().forward(x)
                    return output.unflatten(-1, (2, 8)).sum(-2), h_n  # 8 features, and 16 are promised

            model = Summed()
            with rs.watch() as report:
                model(torch.zeros(9, 6, 4))  # RNS114
            """),
        right=program("""
            class Summed(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.gru = nn.GRU(4, 8, bidirectional=True)

                def forward(self, x):
                    output, h_n = self.gru(x)
                    return output.unflatten(-1, (2, 8)).sum(-2), h_n

            model = Summed()
            with rs.watch() as report:
                model(torch.zeros(9, 6, 4))
            """),
    ),
    Rule(
        "RNS115",
        "input without a step",
        "error",
        "A layer needs one step at least. An empty sequence usually is an empty text, a filter that left nothing, or a slice "
        "past the end.",
        wrong=program("""
            rnn = nn.GRU(4, 8)
            x = torch.zeros(9, 6, 4)

            with rs.watch(rnn) as report:
                for start in (0, 3, 6, 9):
                    rnn(x[start : start + 3])  # RNS115
            """),
        right=program("""
            rnn = nn.GRU(4, 8)
            x = torch.zeros(9, 6, 4)

            with rs.watch(rnn) as report:
                for start in range(0, x.size(0), 3):
                    rnn(x[start : start + 3])
            """),
    ),
    Rule(
        "RNS116",
        "tuple where a tensor is due",
        "error",
        "A recurrent layer returns (output, state), and the state of an LSTM is (h_n, c_n). nn.Sequential hands that tuple to "
        "the next module whole, and so does a forward that gives it one name. max and sort along a dim return two tensors too.",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.LSTM(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output = self.rnn(x)
                    return self.fc(output)  # RNS116

            report = rs.diagnose(Tagger(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.LSTM(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    output, state = self.rnn(x)
                    return self.fc(output)

            report = rs.diagnose(Tagger(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
    ),
)
