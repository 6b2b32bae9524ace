"""An exception of the model's own, as a finding."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from torch import nn

from rnnshape import text
from rnnshape._torch import traceback_location
from rnnshape.coordinates.mark import Mark
from rnnshape.errors import ContractError
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake, finding_of
from rnnshape.report.report import Report
from rnnshape.rules.exceptions import explain_call

__all__ = ["Squeeze", "add_batch_of_one", "add_failure"]

Squeeze = tuple[Location | None, str, tuple[int, ...], tuple[int, ...]]
"""Where a dim was taken away, by which operation, and the sizes before and after."""


def add_failure(
    report: Report,
    mark: Callable[[object], Mark | None],
    path: Callable[[nn.Module], str],
    ignore: Collection[str],
    error: BaseException,
) -> None:
    """Turn an exception of the model into a finding, unless one is there that explains it."""
    if any(f.severity == "error" for f in report.findings):
        return
    if isinstance(error, ContractError) and error.findings:  # of a check or a watch within
        for known in error.findings:
            if known.code not in ignore:
                report.add(known)
        return
    found = explain_call(error, mark, path)
    location = traceback_location(error)
    if found is None:
        first = str(error).split("\n")[0]
        message = f"the model raised {type(error).__name__}: {first}" if first else f"the model raised {type(error).__name__}"
        report.add(finding_of(Mistake("RNS000", message), None, "", location))
    elif found.code not in ignore:
        report.add(finding_of(found, None, "", location, "nowhere"))


def add_batch_of_one(report: Report, squeezed: Sequence[Squeeze], run: Callable[[], object]) -> None:
    """Where a batch of one fails, run the same sample twice: if that works, it is the squeeze that took the batch away."""
    if not squeezed or any(f.code != "RNS000" and f.severity == "error" for f in report.findings):
        return
    try:
        run()
    except Exception:
        return
    location, name, before, after = squeezed[-1]
    became = f"{text.sizes(before)} becomes {text.sizes(after)}"
    message = f"{name} takes the batch away where it is 1: {became}, and two samples pass"
    mistake = Mistake("RNS212", message, "leave the squeeze out, or name a dim that is not the batch", location=location)
    report.replace("RNS000", finding_of(mistake, None, "", None))
