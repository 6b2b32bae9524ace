"""Findings of provenance and experiments hold each other to account: one that an experiment contradicts is withdrawn."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from rnnshape.experiments.influence import Influence
from rnnshape.report.finding import Finding
from rnnshape.report.report import Report
from rnnshape.report.settings import is_silenced

__all__ = ["OF_SAMPLES", "asks_what_turned_it", "confirm", "contradicted", "needed", "unexplained"]

OF_SAMPLES = frozenset([
    "RNS112", "RNS201", "RNS203", "RNS204", "RNS205", "RNS206", "RNS208", "RNS214", "RNS232", "RNS233", "RNS301", "RNS401",
    "RNS402", "RNS403", "RNS501", "RNS512",
])  # fmt: skip
"""Rules by which samples meet, or come in another order."""

OF_TARGETS = frozenset(["RNS402", "RNS502", "RNS504"])
"""Rules by which the output of one sample meets the target of another one."""

OF_PADDING = frozenset(["RNS303", "RNS404", "RNS405", "RNS407"])
"""Rules by which padding reaches what is returned of a sample."""

WITHDRAWN = frozenset(["RNS201", "RNS203", "RNS204", "RNS206", "RNS214", "RNS232"])
"""Those of which nothing can be right where all samples are apart, whatever the model does with what they are about."""

UNBATCHED = frozenset(["RNS112"])
"""The rule that asks whether rows are steps or samples; it explains nothing of what becomes of a state."""

REASON = "changing any sample changes nothing of the others, and another order of them the order alone"
"""Why a finding is withdrawn."""

_NO_EXPLANATION = frozenset([
    "RNS207", "RNS217", "RNS220", "RNS221", "RNS223", "RNS224", "RNS225", "RNS302",
    "RNS304", "RNS305", "RNS306", "RNS307", "RNS308", "RNS309", "RNS310", "RNS311", "RNS404", "RNS405",
    "RNS407", "RNS506", "RNS507", "RNS509",
])  # fmt: skip
"""Rules on what has nothing to do with other samples."""


def needed(report: Report, told: Collection[str]) -> frozenset[str]:
    """Return the experiments of which something would be told: where rules explain what samples do, only what confirms them.

    Args:
        report: of provenance.
        told: codes of what the rules found, as in `confirm`.
    """
    codes = {finding.code for finding in report.findings}
    judged = {"padding": OF_PADDING, "targets": OF_TARGETS | WITHDRAWN, "samples": OF_SAMPLES | OF_TARGETS | OF_PADDING}
    wanted = {name for name, those in judged.items() if codes & those}
    if not _explains(report, told, UNBATCHED) and not _picks_states(told):
        wanted |= {"states", "use"}
    if not _explains(report, told):
        wanted |= {"samples", "ends", "number", "targets", "lines"}
        wanted |= {"padding"} if not _reads_padding(told) else set()
        wanted |= {"steps"} if not _confuses_axes(told) else set()
    return frozenset(wanted)


def contradicted(report: Report, influence: Influence, of_the_model: Collection[Finding] | None = None) -> list[Finding]:
    """Return the findings that cannot be right, by what was measured.

    Args:
        report: of provenance.
        influence: what was measured.
        of_the_model: what was found before a loss was called; None where there is none. Of what was found behind it only the
            targets tell.
    """
    apart = [made is not None and made.verdict == "apart" for made in (influence.samples, influence.order)]
    if not all(apart) or (influence.targets is not None and influence.targets.verdict != "apart"):
        return []
    wrong = [finding for finding in report.findings if finding.code in WITHDRAWN]
    if of_the_model is None or influence.targets is not None:
        return wrong
    return [finding for finding in wrong if any(replace(finding, count=f.count) == f for f in of_the_model)]


def confirm(
    report: Report, influence: Influence, wrong: list[Finding], ignored: Collection[str], told: Collection[str] = ()
) -> None:
    """Put into a report what was measured.

    Args:
        report: of provenance.
        influence: what was measured on a copy of the same model.
        wrong: the findings that it contradicts.
        ignored: codes that are not told of.
        told: codes of what the rules found, whether it was told of or is silenced: that explains what was measured.
    """
    for finding in wrong:
        report.contradict(finding, REASON)
    for finding in report.findings:
        told_more = replace(_with_what_turned_it(finding, influence), confirmed=_evidence(finding, influence))
        if told_more != finding:
            report.change(finding, told_more)
    for finding in unexplained(report, influence, told):
        if finding.code not in ignored and not is_silenced(finding.code, finding.location):
            report.add(finding)


def unexplained(report: Report, influence: Influence, told: Collection[str]) -> list[Finding]:
    """Return what was measured and no rule explains.

    Args:
        report: of provenance.
        influence: what was measured.
        told: codes of what the rules found, as in `confirm`.
    """
    if _explains(report, told, UNBATCHED):
        return []
    found = influence.findings
    found = tuple(f for f in found if f.code in ("RNS607", "RNS610")) if _explains(report, told) else found
    found = tuple(f for f in found if f.code not in ("RNS607", "RNS610")) if _picks_states(told) else found
    found = tuple(f for f in found if f.code != "RNS607") if "RNS207" in told else found  # weights of 1: no score matters
    found = tuple(f for f in found if f.code != "RNS609") if _confuses_axes(told) else found
    return [f for f in found if f.code != "RNS603" or not _reads_padding(told)]


def asks_what_turned_it(report: Report) -> bool:
    """Tell whether a finding says that a layer runs along the batch, of which an experiment may know which line turned it."""
    return any(finding.code == "RNS201" and finding.module for finding in report.findings)


def _with_what_turned_it(finding: Finding, influence: Influence) -> Finding:
    """Return a finding that says which line has put the samples along the dim that a layer takes for its steps, if one has."""
    meeting, here = influence.meeting, finding.location
    if finding.code != "RNS201" or meeting is None or meeting.turned_at is None or here is None or finding.moved_at is not None:
        return finding
    if meeting.module != finding.module or meeting.location is None or not meeting.location.is_line_of(here):
        return finding
    moved_at = None if here.is_line_of(meeting.turned_at) else meeting.turned_at
    return replace(finding, message=f"{finding.message}, since {meeting.turned} has put them there", moved_at=moved_at)


def _explains(report: Report, told: Collection[str], but: Collection[str] = ()) -> bool:
    """Tell whether what the rules found, but for some codes, explains what samples do, or what layers do with their states."""
    return bool(({f.code for f in report.findings if f.severity != "info"} | {*told}) - _NO_EXPLANATION - {*but})


def _reads_padding(told: Collection[str]) -> bool:
    """Tell whether rules have found something about padding, packing or masks, which explains that padding matters."""
    return any(code.startswith(("RNS4", "RNS22")) or code in OF_PADDING for code in told)


def _confuses_axes(told: Collection[str]) -> bool:
    """Tell whether rules have found that an axis is used as another, which explains that steps are dealt out."""
    return any(code.startswith("RNS2") for code in told)


def _picks_states(told: Collection[str]) -> bool:
    """Tell whether rules have found that the wrong state is picked, which explains that something never matters."""
    return any(code.startswith("RNS3") for code in told)


def _evidence(finding: Finding, influence: Influence) -> str:
    """Return what was measured that confirms a finding; empty where there is nothing."""
    made = [influence.samples, influence.order] if finding.code in OF_SAMPLES else []
    if finding.code in OF_TARGETS:
        made = [influence.targets, *made]
    for experiment in made:
        if experiment is not None and experiment.verdict == "together" and experiment.evidence:
            return experiment.evidence[0]
    padding = influence.padding if finding.code in OF_PADDING else None
    return padding.evidence[0] if padding is not None and padding.verdict in ("together", "fact") and padding.evidence else ""
