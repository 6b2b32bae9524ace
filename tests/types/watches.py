"""What runs beside a model, and what it reports."""

# pyright: strict

from __future__ import annotations

from typing import Any, Literal, assert_type

from torch import Tensor, nn

import rnnshape as rs
from rnnshape import (
    ContractError,
    Event,
    Finding,
    Layout,
    LayoutAssertionError,
    LayoutError,
    LayoutIndexError,
    LayoutSyntaxError,
    Report,
    RNNShapeError,
    RNNShapeWarning,
    SpecError,
    SpecTypeError,
)
from rnnshape.api.watch import Watch
from rnnshape.calculator.topics import Topic
from rnnshape.report.catalogue.entry import Rule
from rnnshape.report.catalogue.subjects import Subject
from rnnshape.report.event import Passage
from rnnshape.report.finding import Became, Comparison
from rnnshape.report.location import Location
from rnnshape.report.report import Concern, Sink


def watched(model: nn.Module, watch: Watch) -> None:
    assert_type(rs.watch(model, on="warn", ignore=["RNS112"], track=3, jsonl="calls.jsonl"), Watch)
    assert_type(rs.watch(model, axes=("b t d", None), track=True), Watch)
    assert_type(rs.run("train.py", axes={"x": "b t d"}), int)
    assert_type(rs.watch(), Watch)
    with rs.watch(model) as report:
        assert_type(report, Report)
    assert_type(watch.report, Report)
    assert_type(watch.attach(), Report)
    watch.forget_axes()
    watch.remove()


def diagnosed(model: nn.Module, x: Tensor) -> None:
    assert_type(rs.diagnose(model, x, kwargs={"target": ["abc"]}), Report)
    assert_type(rs.diagnose(model, x, axes="batch seq feature", loss=nn.MSELoss(), target=x), Report)


def checked(x: Tensor) -> None:
    @rs.check
    class Encoder(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            return x

    @rs.check(axes="batch seq feature", track=True)
    def step(x: Tensor, scale: float = 1.0) -> float:
        return float(x.sum()) * scale

    assert_type(Encoder(), Encoder)
    assert_type(Encoder().forward(x), Tensor)
    assert_type(step(x, scale=2.0), float)
    assert_type(rs.check(Encoder(), on="log"), Encoder)
    assert_type(rs.report_of(Encoder), Report)


def reported(report: Report, finding: Finding, event: Event) -> None:
    assert_type(report.findings, tuple[Finding, ...])
    assert_type(report.silent, tuple[Finding, ...])
    assert_type(report.events, tuple[Event, ...])
    assert_type(report.failed, tuple[Event, ...])
    assert_type(report.unfollowed, tuple[str, ...])
    assert_type(report.blind, tuple[str, ...])
    assert_type(report.blind_of(Concern.RECURRENT), tuple[str, ...])
    report.assume("samples were judged on dim 0", "x")
    report.does_not_assume("samples were judged on dim 0", "x")
    assert_type(report.assumed, tuple[str, ...])
    assert_type(report.unused_axes, tuple[str, ...])
    assert_type(report.ok, bool)
    assert_type(report.counts, str)
    assert_type(report.exception, BaseException | None)
    assert_type(report.sinks, list[Sink])
    assert_type(report.add(finding), bool)
    assert_type(report.passage(event), Passage)
    report.raised(finding)
    report.replace("RNS000", finding)
    report.count_failed(event)
    report.did_not_look("compiled", "encoder.rnn")
    report.looked_at("compiled", "encoder.rnn")
    assert_type(report.calls_of("encoder.rnn"), int)
    report.could_not_follow("an operation")


def explained() -> None:
    assert_type(rs.explain("RNS203"), Rule)
    assert_type(rs.explain("h_n"), Topic)
    assert_type(rs.explain("padding"), Subject)
    assert_type(rs.explain("number"), Subject)


def run() -> None:
    assert_type(rs.run("train.py", ["--epochs", "3"], fail_on="error", ignore=["RNS112"], track=True), int)


def found(finding: Finding) -> None:
    assert_type(finding.code, str)
    assert_type(finding.severity, Literal["error", "warning", "info"])
    assert_type(finding.message, str)
    assert_type(finding.module, str | None)
    assert_type(finding.location, Location | None)
    assert_type(finding.suggestion, str | None)
    assert_type(finding.layouts, tuple[tuple[str, Layout], ...])
    assert_type(finding.kind, str)
    assert_type(finding.details, tuple[str, ...])
    assert_type(finding.became, Became | None)
    assert_type(finding.comparison, Comparison | None)
    assert_type(finding.used_at, Location | None)
    assert_type(finding.raised_at, Location | None)
    assert_type(finding.made_at, Location | None)
    assert_type(finding.moved_at, Location | None)
    assert_type(finding.count, int)
    assert_type(finding.subject, str)
    assert_type(finding.headline, str)
    assert_type(finding.to_dict(), dict[str, Any])


def seen(event: Event) -> None:
    assert_type(event.module, str)
    assert_type(event.kind, str)
    assert_type(event.spec, str)
    assert_type(event.layouts, tuple[tuple[str, Layout], ...])
    assert_type(event.batch_first, bool)
    assert_type(event.packed, tuple[int, int] | None)
    assert_type(event.given, tuple[str, ...])
    assert_type(event.calls, int)
    assert_type(event.layout("output"), Layout | None)
    assert_type(event.to_dict(), dict[str, Any])


def explained_later(watch: Watch, report: Report, finding: Finding) -> None:
    assert_type(watch.explain(ValueError("a")), None)
    assert_type(report.withdraw(finding), None)


def raised(syntax: LayoutSyntaxError, contract: ContractError) -> None:
    errors: list[RNNShapeError] = [
        ContractError("a", ()), LayoutError("a"), LayoutAssertionError("a"), LayoutIndexError("a"),
        LayoutSyntaxError("a", 0, "a"), SpecError("a"), SpecTypeError("a"),
    ]  # fmt: skip
    builtins: list[RuntimeError | ValueError] = [ContractError("a"), LayoutError("a"), SpecError("a")]
    assert_type(errors[0], RNNShapeError)
    assert_type(len(builtins), int)
    warning: UserWarning = RNNShapeWarning("a")
    assert_type(warning.args, tuple[Any, ...])
    assert_type(syntax.text, str)
    assert_type(syntax.position, int)
    assert_type(syntax.reason, str)
    assert_type(contract.findings, tuple[Any, ...])
