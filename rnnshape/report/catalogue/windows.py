"""RNS317: a window of steps that is moved the wrong way."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS317",
        "a window moved the wrong way",
        "warning",
        "A forecaster reads a window, and then the same without its oldest step and with its own forecast behind the others. "
        "Where the forecast is put in front, or the window was rolled by +1, the layer reads what comes later before what "
        "comes earlier, and the newest step that was measured is lost.",
        no_edit="whether the new step or the roll is to change only the author knows",
        wrong=program("""
            class Forecaster(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.next = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 4)

                def forward(self, x):
                    days = []
                    for _ in range(3):
                        days.append(self.next(self.rnn(x)[0][:, -1:]))
                        x = torch.cat([days[-1], x[:, :-1]], 1)  # RNS317
                    return torch.cat(days, 1)

            report = rs.diagnose(Forecaster(), torch.randn(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Forecaster(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn, self.next = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 4)

                def forward(self, x):
                    days = []
                    for _ in range(3):
                        days.append(self.next(self.rnn(x)[0][:, -1:]))
                        x = torch.cat([x[:, 1:], days[-1]], 1)
                    return torch.cat(days, 1)

            report = rs.diagnose(Forecaster(), torch.randn(6, 9, 4), axes="batch seq feature")
            """),
    ),
)
