"""RNS3xx: the states of cells, h and c, and the order of their steps."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS310",
        "cell state for hidden state",
        "warning",
        "An LSTM answers with h; c is what it keeps for itself, and no gate has let it out. The state is the pair (h, c), so "
        "that the last of it, as in `_, (_, c) = lstm(x)` or `state[-1]`, is c.",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.LSTM(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    _, state = self.rnn(x)
                    return self.fc(state[-1][-1])  # RNS310

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.LSTM(4, 8, batch_first=True)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    _, (h_n, c_n) = self.rnn(x)
                    return self.fc(h_n[-1])

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS311",
        "the first state of a loop",
        "warning",
        "A cell runs over the steps, and what is used is the state after the first of them: the others reach nothing. A list "
        "that grows on the left has the newest state first, so that its last is the oldest. Nor does a step know the one "
        "before where each is given the state from before the loop, or c is zeros again, and what was returned is dropped.",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.cell = nn.GRUCell(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    h, states = x.new_zeros(x.size(0), 8), []
                    for step in x.unbind(1):
                        h = self.cell(step, h)
                        states.insert(0, h)
                    last = torch.stack(states, 1)[:, -1]  # RNS311
                    return self.fc(last)

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.cell = nn.GRUCell(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x):
                    h, states = x.new_zeros(x.size(0), 8), []
                    for step in x.unbind(1):
                        h = self.cell(step, h)
                        states.append(h)
                    last = torch.stack(states, 1)[:, -1]
                    return self.fc(last)

            report = rs.diagnose(Classifier(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS312",
        "steps in opposite orders",
        "warning",
        "A layer that reads the flipped steps gives back its states from the last step to the first, and so does a list that "
        "grows on the left. Beside states of the other order each place holds two different steps. Turn them back first; the "
        "last state of both, which has read everything, needs no turning.",
        no_edit="which of the two orders is meant, no table tells",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.ahead = nn.GRU(4, 8, batch_first=True)
                    self.back = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(2 * 8, 3)

                def forward(self, x):
                    forward, _ = self.ahead(x)
                    reverse, _ = self.back(x.flip(1))
                    both = torch.cat([forward, reverse], 2)  # RNS312
                    return self.fc(both)

            report = rs.diagnose(Tagger(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.ahead = nn.GRU(4, 8, batch_first=True)
                    self.back = nn.GRU(4, 8, batch_first=True)
                    self.fc = nn.Linear(2 * 8, 3)

                def forward(self, x):
                    forward, _ = self.ahead(x)
                    reverse, _ = self.back(x.flip(1))
                    both = torch.cat([forward, reverse.flip(1)], 2)
                    return self.fc(both)

            report = rs.diagnose(Tagger(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS315",
        "a cell that goes on from the state of another",
        "warning",
        "Of two cells one above the other, the upper one reads what the lower one has made, and has to go on from its own "
        "state. Where it is given the lower one's state as well, it remembers nothing: what it makes reaches no later step, or "
        "only the lower one, which loses its own. Layers that are called step by step have to be given a state each.",
        no_edit="the loop has to keep what this cell returns, and to give it back at the next step",
        wrong=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.low, self.high, self.fc = nn.GRUCell(4, 8), nn.GRUCell(8, 8), nn.Linear(8, 3)

                def forward(self, x):
                    low = high = x.new_zeros(x.size(1), 8)
                    for step in x:
                        low = self.low(step, low)
                        high = self.high(low, low)  # RNS315
                    return self.fc(high)

            report = rs.diagnose(Reader(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
        right=program("""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.low, self.high, self.fc = nn.GRUCell(4, 8), nn.GRUCell(8, 8), nn.Linear(8, 3)

                def forward(self, x):
                    low = high = x.new_zeros(x.size(1), 8)
                    for step in x:
                        low = self.low(step, low)
                        high = self.high(low, high)
                    return self.fc(high)

            report = rs.diagnose(Reader(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
    ),
)
