"""Who influences whom."""

# pyright: strict

from __future__ import annotations

from typing import Any, Literal, assert_type

from torch import Tensor, nn

import rnnshape as rs
from rnnshape import Experiment, Finding, Influence, Report
from rnnshape.drawing.picture import Picture
from rnnshape.experiments.influence import Matrix, Meeting, Verdict
from rnnshape.report.report import Withdrawn


def probed(model: nn.Module, x: Tensor, lengths: Tensor) -> None:
    assert_type(rs.probe(model, x, axes="batch seq feature", causal=True, train=True, samples=6), Influence)
    assert_type(rs.probe(model, x, lengths=lengths, target=x, target_axes="b t d", loss=nn.MSELoss()), Influence)


def measured(influence: Influence) -> None:
    assert_type(influence.samples, Experiment | None)
    assert_type(influence.order, Experiment | None)
    assert_type(influence.number, Experiment | None)
    assert_type(influence.padding, Experiment | None)
    assert_type(influence.future, Experiment | None)
    assert_type(influence.steps, Experiment | None)
    assert_type(influence.states, Experiment | None)
    assert_type(influence.targets, Experiment | None)
    assert_type(influence.use, Experiment | None)
    assert_type(influence.meeting, Meeting | None)
    assert_type(influence.findings, tuple[Finding, ...])
    assert_type(influence.untried, tuple[str, ...])
    assert_type(influence.experiments, tuple[Experiment, ...])
    assert_type(influence.ok, bool)
    assert_type(influence.to_dict(), dict[str, Any])
    assert_type(influence.picture, Picture)
    assert_type(influence.svg, str)
    assert_type(influence.text, str)
    influence.save("influence.svg")


def shown(experiment: Experiment) -> None:
    assert_type(experiment.name, str)
    assert_type(experiment.verdict, Verdict)
    assert_type(experiment.evidence, tuple[str, ...])
    assert_type(experiment.matrix, Matrix | None)
    assert_type(experiment.by, Literal["differences", "gradients"])


def confirmed(model: nn.Module, x: Tensor, report: Report, finding: Finding) -> None:
    assert_type(rs.diagnose(model, x, probe=True), Report)
    assert_type(rs.diagnose(model, x, probe="auto"), Report)
    assert_type(finding.confirmed, str)
    assert_type(finding.no_edit, str | None)
    assert_type(report.unjudged, tuple[str, ...])
    report.lost_track("polar", "net.py:3", has_values=False)
    assert_type(report.withdrawn, tuple[Withdrawn, ...])
    assert_type(rs.watch(model, track=3, probe="auto").report, Report)
    assert_type(report.probed, str)
    report.add_probed("Net was probed on a copy: in eval mode its samples are apart")
    report.change(finding, finding)
    report.contradict(finding, "changing any sample changes nothing of the others")
