"""What provenance finds and what experiments measure hold each other to account."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs
from rnnshape.experiments.confirming import confirm, contradicted, needed
from rnnshape.experiments.influence import Experiment, Influence
from rnnshape.report.location import Location

APART = Influence(samples=Experiment("samples", "apart"), order=Experiment("order", "apart"))
MIXED = rs.Finding("RNS203", "error", "samples are mixed")


def report_with(*findings: rs.Finding) -> rs.Report:
    report = rs.Report()
    for finding in findings:
        report.add(finding)
    return report


def test_a_finding_that_is_contradicted_is_withdrawn() -> None:
    report = report_with(MIXED)
    confirm(report, APART, contradicted(report, APART), ())
    assert report.findings == ()
    ((finding, reason),) = report.withdrawn
    assert finding == MIXED
    assert reason.startswith("changing any sample changes nothing of the others")


def test_what_was_found_in_a_loss_only_experiments_on_the_loss_contradict() -> None:
    report, unmeasured = report_with(MIXED), replace(APART, targets=None)
    assert contradicted(report, unmeasured, []) == []
    assert contradicted(report, unmeasured, [MIXED]) == [MIXED]
    assert contradicted(report, replace(APART, targets=Experiment("targets", "apart")), []) == [MIXED]


def test_a_loss_that_no_experiment_is_made_on_keeps_its_findings() -> None:
    class Tagger(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 5)

        def forward(self, x: Tensor) -> Tensor:
            return self.fc(self.rnn(x)[0]).log_softmax(-1)

    def loss(scores: Tensor, target: Tensor) -> Tensor:
        torch.empty(1, device="meta")  # no experiment is made on what makes tensors without values
        return nn.functional.ctc_loss(scores.reshape(9, 6, 5), target, torch.full((6,), 9), torch.full((6,), 3))

    report = rs.diagnose(
        Tagger(), torch.randn(6, 9, 4), axes="batch seq feature", target=torch.randint(1, 5, (6, 3)), loss=loss
    )
    assert [f.code for f in report.findings] == ["RNS203"]
    assert report.withdrawn == ()


def test_what_has_nothing_to_do_with_samples_stays() -> None:
    report = report_with(replace(MIXED, code="RNS302"), replace(MIXED, code="RNS209"))
    assert contradicted(report, APART) == []


def test_nothing_is_contradicted_where_the_order_is_unknown() -> None:
    unknown = replace(APART, order=Experiment("order", "unknown"))
    assert contradicted(report_with(MIXED), unknown) == []


class Mixed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, 8, num_layers=2), nn.Linear(16, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[1].view(x.size(1), -1))


def test_a_finding_that_is_confirmed_says_so() -> None:
    report = rs.diagnose(Mixed(), torch.zeros(9, 6, 4), axes="seq batch feature")
    (finding,) = report.findings
    assert finding.code == "RNS203"
    assert finding.confirmed == "changing sample 1 changes 100% of sample 0's output"
    assert f"  confirmed: {finding.confirmed}\n" in str(finding)
    assert finding.to_dict()["confirmed"] == finding.confirmed
    (plain,) = rs.diagnose(Mixed(), torch.zeros(9, 6, 4), axes="seq batch feature", probe=False).findings
    assert plain == replace(finding, confirmed="")


def test_a_code_that_is_ignored_explains_what_is_measured() -> None:
    report = rs.diagnose(Mixed(), torch.zeros(9, 6, 4), axes="seq batch feature", ignore=["RNS203"])
    assert report.findings == ()


def test_what_is_silenced_for_a_file_is_not_measured_aloud(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    met = rs.Finding("RNS601", "warning", "they meet in view", location=Location("legacy.py", 3, "f", "x.view(6, -1)"))
    influence = replace(APART, findings=(met,))
    loud, silent = report_with(), report_with()
    confirm(loud, influence, [], ())
    (tmp_path / "pyproject.toml").write_text('[tool.rnnshape.per-file-ignores]\n"legacy.py" = ["RNS601"]\n')
    confirm(silent, influence, [], ())
    assert (loud.findings, silent.findings) == ((met,), ())


@pytest.mark.parametrize(
    ("codes", "told", "wanted"),
    [
        ([], [], {"samples", "ends", "number", "padding", "states", "steps", "targets", "use", "lines"}),
        (["RNS203"], ["RNS203"], {"samples", "targets"}),
        (["RNS401"], ["RNS401"], {"samples"}),
        (["RNS404"], ["RNS404"], {"samples", "ends", "number", "padding", "states", "steps", "targets", "use", "lines"}),
        (["RNS302"], ["RNS302"], {"samples", "ends", "number", "padding", "steps", "targets", "lines"}),
        (["RNS225"], ["RNS225"], {"samples", "ends", "number", "states", "targets", "use", "lines"}),
        ([], ["RNS203"], set()),
        (["RNS209"], ["RNS209"], set()),
    ],
)  # fmt: skip
def test_only_experiments_are_needed_that_may_change_the_report(codes: list[str], told: list[str], wanted: set[str]) -> None:
    assert needed(report_with(*(replace(MIXED, code=code) for code in codes)), told) == wanted


# What turned the samples


class Turned(nn.Module):
    """A layer that reads what was turned some lines before, or what it was given."""

    def __init__(self, way: str) -> None:
        super().__init__()
        self.embed, self.rnn, self.way = nn.Linear(4, 5), nn.GRU(5, 8, batch_first=True), way

    def forward(self, x: Tensor) -> Tensor:
        if self.way in ("turned", "twice"):
            x = x.transpose(0, 1)  # the line
        if self.way == "twice":
            x = x.permute(1, 0, 2)
        vectors = torch.relu(self.embed(x))
        return self.rnn(vectors.transpose(0, 1) if self.way == "on the line" else vectors)[0]


READS = "GRU runs along the batch: it reads (batch, seq, feature), and the samples lie along dim 1, its steps"


def test_the_line_that_turned_the_samples_is_named() -> None:
    (finding,) = rs.diagnose(Turned("turned"), torch.randn(6, 9, 4), axes="batch seq feature").findings
    assert (finding.code, finding.message) == ("RNS201", f"{READS}, since transpose has put them there")
    assert finding.moved_at is not None
    assert finding.moved_at.code == "x = x.transpose(0, 1)  # the line"
    assert f"\n  moved at  {finding.moved_at}:  {finding.moved_at.code}\n" in str(finding)


def test_on_the_line_of_the_layer_it_is_not_named_twice() -> None:
    (finding,) = rs.diagnose(Turned("on the line"), torch.randn(6, 9, 4), axes="batch seq feature").findings
    assert (finding.message, finding.moved_at) == (f"{READS}, since transpose has put them there", None)


@pytest.mark.parametrize("way", ["as given", "twice"])
def test_where_they_were_given_like_that_no_line_is_blamed(way: str) -> None:
    (finding,) = rs.diagnose(Turned(way), torch.randn(9, 6, 4), axes="seq batch feature").findings
    assert (finding.code, finding.message, finding.moved_at) == ("RNS201", READS, None)


def test_a_layer_without_a_batch_was_not_turned_by_what_torch_does_inside() -> None:
    model = nn.Sequential(nn.GRU(4, 8))
    (finding,) = rs.diagnose(model, torch.randn(6, 4), axes="batch feature").findings
    assert (finding.code, finding.moved_at) == ("RNS201", None)
    assert "has put them there" not in finding.message
