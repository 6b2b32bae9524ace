"""RNS236, RNS237, RNS250 and RNS251: a roll without dims, neighbours in the batch, samples turned round and back or cut off."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS236",
        "rolled through all dims",
        "warning",
        "Without dims, torch.roll flattens a tensor, moves every element on, and gives it its sizes back: what was the last "
        "feature of a step is the first one of the next, and what was at the end of a sample is at the start of another. "
        "numpy's roll without an axis does the same.",
        no_edit="nobody has named the steps, and along which other dim it is to roll only the author knows",
        wrong=program("""
            class Forecaster(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.next = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 4)

                def forward(self, x):
                    window = torch.roll(x, -1)  # RNS236
                    window[:, -1] = self.next(self.rnn(x)[0][:, -1])
                    return self.next(self.rnn(window)[0][:, -1])

            report = rs.diagnose(Forecaster(), torch.randn(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Forecaster(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.next = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 4)

                def forward(self, x):
                    window = torch.roll(x, -1, dims=1)
                    window[:, -1] = self.next(self.rnn(x)[0][:, -1])
                    return self.next(self.rnn(window)[0][:, -1])

            report = rs.diagnose(Forecaster(), torch.randn(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS237",
        "neighbours in the batch compared",
        "warning",
        "Whether a label comes again is asked of neighbouring steps: x[1:] == x[:-1] along the steps. Along the batch each "
        "sample is held against the one that happens to lie beside it, at the same step: what is made of a sample depends on "
        "how the batch was put together. Greedy CTC paths, changes of state and runs of equal words are found like this.",
        no_edit="both slices have to change, and often where the result is put as well",
        wrong=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.letters = nn.LSTM(4, 8), nn.Linear(8, 5)

                def forward(self, strokes):  # (steps, samples, 4)
                    path = self.letters(self.rnn(strokes)[0]).argmax(2)
                    path[:, 1:][path[:, 1:] == path[:, :-1].clone()] = 0  # RNS237
                    return path

            report = rs.diagnose(Reader(), torch.randn(9, 6, 4), axes="seq batch feature")
            """),
        right=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.letters = nn.LSTM(4, 8), nn.Linear(8, 5)

                def forward(self, strokes):  # (steps, samples, 4)
                    path = self.letters(self.rnn(strokes)[0]).argmax(2)
                    path[1:][path[1:] == path[:-1].clone()] = 0
                    return path

            report = rs.diagnose(Reader(), torch.randn(9, 6, 4), axes="seq batch feature")
            """),
    ),
    Rule(
        "RNS250",
        "samples turned round and back",
        "warning",
        "What is to come is summed up as x.flip(steps).cumsum(steps).flip(steps), and a reader from the end is led likewise. "
        "Where the flips turn the batch, the second undoes the first, and each sample is still read from its first step on. "
        "All three belong to one dim.",
        wrong=program("""
            class Policy(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.value = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, seen, rewards):
                    to_go = rewards.flip(0).cumsum(1).flip(0)  # RNS250
                    return to_go - self.value(self.rnn(seen)[0]).squeeze(2)

            seen, rewards = torch.randn(6, 9, 4), torch.randn(6, 9)
            report = rs.diagnose(Policy(), seen, rewards, axes=("batch seq feature", "batch seq"))
            """),
        right=program("""
            class Policy(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.value = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, seen, rewards):
                    to_go = rewards.flip(1).cumsum(1).flip(1)
                    return to_go - self.value(self.rnn(seen)[0]).squeeze(2)

            seen, rewards = torch.randn(6, 9, 4), torch.randn(6, 9)
            report = rs.diagnose(Policy(), seen, rewards, axes=("batch seq feature", "batch seq"))
            """),
    ),
    Rule(
        "RNS251",
        "samples cut off in place of steps",
        "warning",
        "x[n:] takes away along dim 0. Where the batch lies there, the first samples go, and the steps in which a state warms "
        "up are still there. Nothing raises, since predictions and targets are cut alike, but these samples teach nothing. "
        "x[:, n:] cuts the steps of a batch-first tensor.",
        no_edit="which dim was meant to be cut, no table tells",
        wrong=program("""
            class Learner(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.value = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, seen, gains):
                    values = self.value(self.rnn(seen)[0]).squeeze(2)
                    return (values[2:] - gains[2:]).square().mean()  # RNS251

            seen, gains = torch.randn(6, 9, 4), torch.randn(6, 9)
            report = rs.diagnose(Learner(), seen, gains, axes=("batch seq feature", "batch seq"))
            """),
        right=program("""
            class Learner(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.value = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 1)

                def forward(self, seen, gains):
                    values = self.value(self.rnn(seen)[0]).squeeze(2)
                    return (values[:, 2:] - gains[:, 2:]).square().mean()

            seen, gains = torch.randn(6, 9, 4), torch.randn(6, 9)
            report = rs.diagnose(Learner(), seen, gains, axes=("batch seq feature", "batch seq"))
            """),
    ),
)
