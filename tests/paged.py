"""Reports for tests of the page: one with findings of several kinds and hostile names, and one that has seen nothing."""

from __future__ import annotations

from rnnshape import Event, Finding, Layout, Report
from rnnshape.report.finding import Became, Comparison
from rnnshape.report.grid import Grid
from rnnshape.report.location import Location

HOSTILE = "<script>document.title = 'broken'</script>\x1b[31m\" onload=\"x"
LONG = "encoder." * 40 + "rnn"
H_N = Layout.parse("(layers=2 directions=2) batch=6 hidden=16")
MIXED = Finding(
    "RNS203", "error", "samples are mixed: along dim 1 of (6, 64) lie samples 0, 1, 2 and 3", "fc",
    Location("train.py", 41, "Classifier.forward", "return self.fc(h_n.view(6, -1))"),
    "instead of h_n.view(6, -1): h_n.transpose(0, 1).flatten(1)",
    (("before", H_N),), "Linear", Became("view", (6, 64)), count=3,
)  # fmt: skip
CONTRACT = Finding(
    "RNS104", "error", "h_0 is batch-first", "rnn", Location(HOSTILE, 3, HOSTILE, HOSTILE), HOSTILE,
    comparison=Comparison(H_N, (6, 4, 16), (0, 1)), kind=HOSTILE,
)  # fmt: skip
PICKED = Finding("RNS302", "warning", f"of {LONG} only step 8 is used", LONG, grids=(
    Grid("output", (1, 3), ("read", "directions", "seq"), (((3, 1, 0), (2, 1, 1), (1, 1, 2)),), 1, ((0, 2),), ((0, 0),)),
))  # fmt: skip
NOTE = Finding("RNS214", "info", "F.normalize over dim 0 scales over the batch")


def of_several_kinds() -> Report:
    report = Report()
    for finding in (MIXED, CONTRACT, PICKED, NOTE):
        report.add(finding)
    for module, batch, calls in ((LONG, 6, 120), (LONG, 2, 1), (HOSTILE, 6, 3)):
        layouts = (("input", Layout.of(("batch", batch), ("seq", 9), ("feature", 10))), ("h_n", H_N))
        report.passage(Event(module, "LSTM", "LSTM(10, 16, num_layers=2, bidirectional=True)", layouts)).calls += calls
    report.could_not_follow(f"{HOSTILE} has no rule")
    report.did_not_look("compiled, so not followed; run it uncompiled", HOSTILE)
    return report


def of_nothing_seen() -> Report:
    report = Report()
    report.did_not_look("nobody named the batch of x; pass axes=")
    return report
