"""An outcome as JUnit's XML, which most build servers show: a finding is a failed test, a layer without one a passed test."""

from __future__ import annotations

from collections import Counter
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rnnshape.render.outcome import Outcome, Result, file_of
from rnnshape.report.catalogue import rule
from rnnshape.text import shown

__all__ = ["rendered"]


def rendered(outcome: Outcome) -> str:
    """Write a suite. Errors and warnings fail, accepted findings and notes are skipped; the layers that were called pass."""
    suite = Element("testsuite", name=shown(f"rnnshape: {outcome.title}"))
    counts = Counter[str]()
    blamed = {result.finding.module for result in outcome.results}
    for module in dict.fromkeys(event.module or event.kind for event in outcome.events):
        if module not in blamed:
            SubElement(suite, "testcase", classname="rnnshape", name=shown(module))
            counts["tests"] += 1
    for result in outcome.results:
        counts["tests"] += 1
        counts[_case(suite, result)] += 1
    for entry in outcome.known.stale:
        case = SubElement(suite, "testcase", classname="rnnshape.baseline", name=str(entry))
        SubElement(case, "failure", type="stale", message="it is accepted, and nobody finds it any more")
        counts.update(["tests", "failures"])
    under: dict[str, list[str]] = {}
    for heading, what in outcome.unseen:
        under.setdefault(heading, [f"{heading}:"]).append(f"  {shown(what)}")
    said = [line for lines in under.values() for line in lines] + ([shown(outcome.probed)] if outcome.probed else [])
    if said:
        SubElement(suite, "system-out").text = "\n".join(said)
    for name in ("tests", "failures", "skipped"):
        suite.set(name, str(counts[name]))
    suite.set("errors", "0")
    suites = Element("testsuites")
    suites.append(suite)
    indent(suites)
    return tostring(suites, encoding="unicode") + "\n"


def _case(suite: Element, result: Result) -> str:
    """Add a finding, and return among which it counts."""
    finding = result.finding
    where = finding.location
    place = f"{file_of(where)}:{where.line}" if where else finding.module or finding.kind or "model"
    case = SubElement(suite, "testcase", classname=shown(place), name=f"{finding.code} {rule(finding.code).title}")
    if result.is_accepted or finding.severity == "info":
        reason = "accepted in the baseline" if result.is_accepted else "a note"
        SubElement(case, "skipped", message=f"{reason}: {finding.headline}")
        return "skipped"
    failure = SubElement(case, "failure", type=finding.severity, message=finding.headline)
    failure.text = "\n".join([str(finding), *(f"  in {test}" for test in result.tests)])
    return "failures"
