"""An exception of the model's own, as a finding."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from torch import nn

from rnnshape import text
from rnnshape._torch import traceback_location
from rnnshape.coordinates.mark import Mark
from rnnshape.errors import ContractError
from rnnshape.report.finding import Finding
from rnnshape.report.mistake import Mistake, finding_of
from rnnshape.report.report import Report
from rnnshape.rules.exceptions import Shown, Squeeze, explained_call, last_line

__all__ = ["add_batch_of_one", "add_failure", "explained_squeeze"]


def add_failure(
    report: Report,
    mark: Callable[[object], Mark | None],
    path: Callable[[nn.Module], str],
    ignore: Collection[str],
    error: BaseException,
    took_part: Shown = (),
) -> None:
    """Turn an exception of the model into a finding, unless one is there that explains it.

    Args:
        report: where it is added.
        mark: tells what is known of a value.
        path: tells the path of a module.
        ignore: codes that are not reported.
        error: the exception.
        took_part: what is known of the tensors that it is about.
    """
    if any(f.severity == "error" for f in report.findings):
        return
    if isinstance(error, ContractError) and error.findings:  # of a check or a watch within
        for known in error.findings:
            if known.code not in ignore:
                report.add(known)
        return
    found = explained_call(error, mark, path)
    if found is None:
        said = last_line(error)
        message = f"the model raised {type(error).__name__}: {said}" if said else f"the model raised {type(error).__name__}"
        report.add(finding_of(Mistake("RNS000", message, layouts=took_part), None, "", traceback_location(error)))
    elif found.code not in ignore:
        report.add(found)


def add_batch_of_one(
    report: Report, squeezed: Sequence[Squeeze], run: Callable[[], object], raised: Sequence[Finding] = ()
) -> None:
    """Where a batch of one fails, run the same sample twice: if that works, it is the squeeze that took the batch away.

    Args:
        report: where it is added.
        squeezed: where dims were taken away.
        run: runs the model on two samples.
        raised: what was said of the exception, without this.
    """
    others = [f for f in report.findings if f.code != "RNS000" and f.severity == "error"]
    if not squeezed or any((f.code, f.location) not in [(r.code, r.location) for r in raised] for f in others):
        return
    try:
        run()
    except Exception:
        return
    location, name, before, after = squeezed[-1]
    became = f"{text.sizes(before)} becomes {text.sizes(after)}"
    message = f"{name} takes the batch away where it is 1: {became}, and two samples pass"
    mistake = Mistake("RNS212", message, "leave the squeeze out, or name a dim that is not the batch", location=location)
    for finding in raised:
        report.withdraw(finding)
    report.replace("RNS000", finding_of(mistake, None, "", None))


_OF_DIMS = ("imension", "too many indices", "must match", "shape", " size", "expects", "zip argument", "subscript")
_OF_ONE = "more than 1 value per channel"


def explained_squeeze(error: BaseException, squeezed: Sequence[Squeeze]) -> Finding | None:
    """Return what has become of a last batch of one, where a larger one passed a squeeze that takes it away.

    Args:
        error: the exception that a batch of one has ended in.
        squeezed: where a larger batch would have been taken away, had it been one.
    """
    said = last_line(error)
    if not squeezed or _OF_ONE in said or not any(word in said for word in _OF_DIMS):
        return None
    location, name, before, after = squeezed[-1]
    message = (
        f"{name} takes the batch away where it is 1: {text.sizes(before)}, of a larger batch, passed as {text.sizes(after)}"
    )
    fits = "leave the squeeze out, or name a dim that is not the batch"
    return finding_of(Mistake("RNS212", message, fits, location=location), None, "", traceback_location(error), "raised")
