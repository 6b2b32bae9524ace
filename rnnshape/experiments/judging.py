"""What is wrong of what was measured: the findings RNS601 to RNS611, and what is a fact that somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.experiments.trial import ONE
from rnnshape.report.finding import Became
from rnnshape.report.mistake import Mistake, finding_of

if TYPE_CHECKING:
    from rnnshape.experiments.ends import Ends
    from rnnshape.experiments.future import Future
    from rnnshape.experiments.influence import Experiment, Influence
    from rnnshape.experiments.lockstep import Found
    from rnnshape.experiments.number import Number
    from rnnshape.experiments.padding import Counted, Padded
    from rnnshape.experiments.rows import RowsOfPlaces
    from rnnshape.experiments.samples import Samples
    from rnnshape.experiments.states import Misread
    from rnnshape.experiments.steps import Steps
    from rnnshape.experiments.targets import Targets
    from rnnshape.experiments.use import Use
    from rnnshape.report.finding import Finding

__all__ = [
    "Judged", "judge_ends", "judge_future", "judge_loss", "judge_number", "judge_order", "judge_padding", "judge_rows",
    "judge_samples", "judge_states", "judge_steps", "judge_targets", "judge_use", "meant_order", "said_in_a_line",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """What is judged of.

    Attributes:
        asked: whether somebody has asked for samples that are apart: then every meeting of them is a mistake.
        train: whether the model ran as while it trains, when layers mix samples on purpose.
    """

    asked: bool
    train: bool


def _finding(code: str, message: str, where: Found | None, wrong: bool) -> Finding:
    """Return a finding at what has brought it about, or a note where it may be meant."""
    meeting = where.meeting if where else None
    module, kind, line = (meeting.module, meeting.kind, meeting.location) if meeting else ("", "", None)
    layouts = meeting.layouts if meeting else ()
    became = Became(meeting.operation, meeting.sizes) if meeting and len(layouts) == 1 else None
    mistake = Mistake(code, message, layouts=layouts, became=became, location=where.cause if where else None)
    found = finding_of(mistake, module or None, kind if module else "", line)
    found = replace(found, made_at=where.made_at if where else None)
    return found if wrong else replace(found, severity="info")


def judge_samples(said: Experiment, found: Samples, where: Found | None, how: Judged) -> Iterator[Finding]:
    """Judge that samples meet, or that one is read by nobody.

    Where whole samples meet other ones, in an order that the model draws, or all of them and the result has their order, it may
    compare them on purpose.
    """
    meeting = where.meeting if where else None
    if found.mixed:
        met = f"; they meet in {meeting.operation}" + (f", whose {meeting.rows}" if meeting.rows else "") if meeting else ""
        met += f"; {where.did}" if where and where.did else ""
        meant = (
            found.shuffles or (where is not None and where.of_whole_samples) or any(leaf.is_of_pairs for leaf in found.mixed)
        )
        is_paired = where is not None and where.is_made_order
        compares = where is not None and where.of_every_pair and all(leaf.order != "lost" for leaf in found.mixed)
        wrong = not how.train and not is_paired and (how.asked or not (meant or compares))
        yield _finding("RNS601", f"{said.evidence[0]}{met}", where, wrong)
    elif found.silent:
        lost = f"; it is lost in {meeting.operation}" if meeting else ""
        yield _finding("RNS606", f"{said.evidence[0]}{lost}", where, not how.train and not found.shuffles)


def judge_order(said: Experiment, found: Samples, where: Found | None, how: Judged) -> Iterator[Finding]:
    """Judge that the place of a sample in its batch matters, where samples do not meet anyway.

    It may be meant to in a model that has something of its own for each place, such as for each of some series.
    """
    lost = [leaf for leaf in found.leaves if leaf.is_lost]
    if found.mixed or found.silent or not lost:
        return
    scattered = any(leaf.is_scattered for leaf in lost)
    moved = all(leaf.is_moved for leaf in found.leaves if not leaf.is_whole)
    is_out_of_place = scattered or moved or bool(found.misread) or found.is_placed
    wrong = is_out_of_place and not how.train and not found.shuffles and not found.tells_order
    words = "; ".join(said.evidence[1:]) or said.evidence[0]
    if found.is_placed and where is not None and len(said.evidence) == 1:
        words += f"; the first whose result is not in that order is {where.meeting.operation}"
    yield _finding("RNS602", words, where, wrong)


def meant_order(found: Iterable[Finding]) -> list[Finding]:
    """Return findings where a loss knows in which order the output has its samples: that order is meant."""
    return [replace(finding, severity="info") if finding.code == "RNS602" else finding for finding in found]


def judge_rows(found: Sequence[RowsOfPlaces], where: Found | None) -> Iterator[Finding]:
    """Judge that parameters have a row for each place in a batch of samples that were drawn in no order."""
    if found:
        named = text.listed([f"{one.name} {text.sizes(one.sizes)}" for one in found])
        have = "have a row each" if len(found) > 1 else "has a row"
        message = f"{named} {have} for every place in the batch, and samples are drawn in no order: row 0 is of whichever comes"
        yield _finding("RNS602", f"{message} first; one row that is expanded is of all", where, True)


def judge_number(said: Experiment, found: Number, how: Judged) -> Iterator[Finding]:
    """Judge that a sample comes to another result where there is one sample less, whichever that is."""
    if said.verdict == "together":
        did = f"; {found.did}" if found.did else ""
        finding = _finding("RNS608", f"{said.evidence[0]}{did}", found.found, not how.train)
        yield replace(finding, suggestion=found.edit, no_edit=None) if found.edit else finding


def judge_steps(said: Experiment, found: Steps, how: Judged) -> Iterator[Finding]:
    """Judge that steps which lay in rows are dealt out over rows of several."""
    if found.found is not None:
        yield _finding("RNS609", said.evidence[0], found.found, not how.train)


def judge_states(said: Experiment, found: Misread | None, how: Judged) -> Iterator[Finding]:
    """Judge that a state is read as another one."""
    if found is not None:
        yield _finding("RNS610", said.evidence[0], found.found, not how.train)


def judge_ends(said: Experiment, found: Ends, how: Judged) -> Iterator[Finding]:
    """Judge that rows know both ends of their sample, and nothing between."""
    yield _finding("RNS611", said.evidence[0], found.found, not how.train)


def judge_targets(said: Experiment, found: Targets, how: Judged) -> Iterator[Finding]:
    """Judge that the target of one sample reaches another one."""
    if found.crossing is None:
        return
    yield _finding("RNS605", ": ".join(said.evidence[:2]), found.found, found.others or found.any_order)


def judge_future(said: Experiment, found: Future) -> Iterator[Finding]:
    """Judge that a step looks ahead, which nobody asks about whose model may."""
    if found.ahead is not None:
        where = f"; the first that looks ahead is {found.found.meeting.operation}" if found.found else ""
        yield _finding("RNS604", f"{said.evidence[0]}{where}", found.found, True)


def judge_padding(said: Experiment, found: Padded, how: Judged) -> Iterator[Finding]:
    """Judge that padding reaches what is real: a mistake where the model has lengths or a mask, else a fact for who asks.

    What is padded on the left goes through a recurrent layer before the sample does, whatever the model is given.
    """
    wrong = found.is_wrong and not how.train
    if said.verdict == "together" or (how.asked and said.verdict == "fact"):
        yield _finding("RNS603", said.evidence[0], found.found, wrong)


def judge_loss(found: Counted, how: Judged) -> Iterator[Finding]:
    """Judge that a loss counts padding, though the model is given what tells where it is."""
    message = f"the loss depends on {found.share:.0%} of {found.name} beyond the end of the samples"
    yield _finding("RNS603", message, found.found, not how.train)


def judge_use(said: Experiment, found: Use, how: Judged) -> Iterator[Finding]:
    """Judge that something never matters."""
    if found.unused and said.verdict == "together":
        where = found.lost.found if found.lost else None
        first = found.unused[0]
        named = _finding("RNS607", said.evidence[0], where, not how.train)
        yield replace(named, module=first.path or None, kind="", made_at=None, location=named.location or first.called_at)
    elif how.asked and said.verdict == "fact":
        yield _finding("RNS607", said.evidence[0], None, False)


def said_in_a_line(influence: Influence, name: str, found: Iterable[Finding]) -> str:
    """Say what came of the experiments on samples, or where there are not two, of those on states.

    Args:
        influence: what was measured.
        name: of the model.
        found: what was told of it.
    """
    samples, order = influence.samples, influence.order
    if codes := dict.fromkeys(finding.code for finding in found):
        return f"{name} was probed on a copy, in eval mode: {text.listed(codes)}"
    if samples is None and influence.states is None:
        return f"{name} was not probed: {influence.untried[0]}"
    if samples is None:
        of_states = influence.states.evidence if influence.states is not None else ()
        said = of_states[0] if of_states else "no state is read as another one"
        why = influence.untried[0]
        unchanged = "" if why == ONE else f"; samples were not changed ({why})"  # of a batch of one the report says so anyway
        return f"{name} was probed on a copy: in eval mode {said}{unchanged}"
    if samples.verdict == "apart" and (order is None or order.verdict in ("apart", "unknown")):
        return f"{name} was probed on a copy: in eval mode its samples are apart"
    said = [line for e in (samples, order) if e is not None and e.verdict != "apart" for line in e.evidence[:1]]
    return f"{name} was probed on a copy, in eval mode: {'; '.join(said)}"
