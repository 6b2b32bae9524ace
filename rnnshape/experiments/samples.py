"""The experiments on samples: what changes when one has other content, or when they come in another order."""

from __future__ import annotations

import contextlib
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from rnnshape import text
from rnnshape.experiments.entry import Entry
from rnnshape.experiments.influence import Experiment, Matrix
from rnnshape.experiments.leaves import Leaf, Order, Rows, matrix_of, rows_after
from rnnshape.experiments.owners import NOBODY, Owners, changed, common, found_again
from rnnshape.experiments.places import tensors_of
from rnnshape.experiments.recording import Comparing, Still, recorded_run
from rnnshape.experiments.subject import Mode, Unfit
from rnnshape.experiments.trial import Trial

__all__ = ["Samples", "groups", "measure_samples", "shuffled"]


DEAF = "the output is the same, whatever the samples hold"
"""Why nothing is known of samples that nothing depends on."""

FEW = 8
"""Samples of which each has a run of its own, where it shows from the first that it takes that."""


@dataclass(slots=True, eq=False)
class Samples:
    """What was measured about samples.

    Attributes:
        leaves: the tensors of the output.
        changes: for each leaf, what changed with each sample.
        shuffles: whether the model draws an order, or samples, so that what meets may be meant to.
        silent: samples that nothing depends on.
        misread: in words, lengths or masks that were applied to another sample; empty where there are none.
        why_no_order: why no other order was tried; empty where it was.
        is_placed: whether an operation is known behind which the place in the batch matters.
        met: a run, with the samples that each operation depends on; None where that was not looked for.
    """

    leaves: list[Leaf]
    changes: list[dict[int, Tensor]]
    shuffles: bool = False
    silent: list[int] = field(default_factory=list[int])
    misread: str = ""
    why_no_order: str = ""
    is_placed: bool = False
    met: list[Entry] | None = None

    @property
    def tells_order(self) -> bool:
        """Whether an order of the samples is returned too, as of those that were sorted: whoever reads them knows it."""
        return any(leaf.is_order for leaf in self.leaves)

    @property
    def mixed(self) -> list[Leaf]:
        """The leaves in which samples meet."""
        return [leaf for leaf in self.leaves if leaf.is_mixed]


def shuffled(count: int) -> list[int]:
    """Return an order in which no sample stays where it is, and neighbours part.

    >>> shuffled(2), shuffled(5)
    ([1, 0], [2, 4, 3, 1, 0])
    """
    if count < 4:
        return [*range(1, count), 0]
    order = [*range(2, count, 2), *range(1, count, 2), 0]
    for at in range(count):
        if order[at] == at:
            order[at], order[at - 1] = order[at - 1], order[at]
    return order


def measure_samples(trial: Trial, lines: bool = True) -> Samples:
    """Put the samples into another order, change one after the other, then what says how to read them.

    Args:
        trial: the model.
        lines: whether it is looked at operations too, where the samples may meet.

    Raises:
        Unfit: where there is no sample to be changed, a run raises, or the model differs by itself.
    """
    if trial.lacks:
        raise Unfit(trial.lacks)
    if trial.is_light:
        with contextlib.suppress(Unfit):
            if (found := _measured(trial, lines)) is not None:
                return found
        trial.begin_again()
    found = _measured(trial, lines)
    assert found is not None
    return found


def _measured(trial: Trial, lines: bool) -> Samples | None:
    """Measure; return None where gradients make a difference, so that the runs of a trial are not alike."""
    orders, shuffles, why = _orders(trial)
    changes, met = _in_groups(trial, orders), None
    if changes is None:
        changes, met = _one_by_one(trial, lines and not all(map(_is_whole, trial.base, orders)))
    leaves: list[Leaf] = []
    for (name, value), found, order in zip(trial.base, changes, orders, strict=False):
        owners = Owners(value.shape)
        for sample, differs in found.items():
            owners.add(sample, differs)
        leaves.append(Leaf(name, value.detach(), owners, *order))
    always = any(bool(torch.stack(list(found.values())).all(0).any()) for found in changes)
    if (always or trial.is_resized) and not trial.repeats():  # all other elements were the same in some other run
        return None
    silent = _silent(leaves, trial.samples)
    if silent and all(leaf.rows is None for leaf in leaves) and _are_left_out(trial, silent[0]):
        silent = []
    found = Samples(leaves, changes, shuffles, silent, why_no_order=why, met=met)
    if not why and not shuffles:
        found.misread = _misread(trial, leaves)
    return found


def _is_whole(base: tuple[str, Tensor], order: tuple[Order, Rows | None]) -> bool:
    """Tell whether a tensor of the output is of the batch as a whole, whatever depends on what."""
    return Leaf(*base, Owners(()), *order).is_whole


def _one_by_one(trial: Trial, lines: bool) -> tuple[list[dict[int, Tensor]], list[Entry] | None]:
    """Change one sample in each run; return what each has changed, and of what operations, if it is looked at them."""
    entries: list[Entry] | None = None
    if lines:
        with contextlib.suppress(Unfit):
            recorded = recorded_run(trial)
            entries = None if recorded.differs else [entry.afresh() for entry in recorded.entries]
    each = [_differing(trial, [j], None if entries is None else Comparing(entries, j)) for j in trial.samples]
    return [dict(zip(trial.samples, found, strict=True)) for found in zip(*each, strict=True)], entries


def _differing(trial: Trial, samples: list[int], mode: Mode | None = None) -> list[Tensor]:
    """Return which elements of each tensor change with some samples; what another size has no place for does not."""
    found: list[Tensor] = []
    for (_, value), other in zip(trial.base, trial.run(trial.with_other(samples), mode), strict=False):
        differs = torch.zeros(value.shape, dtype=torch.bool)
        a, b = common(value, other)
        if a.shape == b.shape:
            differs[tuple(slice(n) for n in a.shape)] = changed(a, b).cpu()
        if value.dim() and value.dim() == other.dim() and value.size(0) != other.size(0):  # a row more or less moves the others
            differs &= ~found_again(value, other, 0).view(-1, *[1] * (value.dim() - 1))
        found.append(differs)
    return found


def groups(count: int) -> list[tuple[int, ...]]:
    """Return for each of some samples the runs in which it is changed, so that what depends on one sample tells on which.

    Every sample is changed in as many runs as any other, half of them. What depends on two samples changes in more runs
    than that, so it is never taken for what depends on one.

    >>> groups(3)
    [(0,), (1,), (2,)]
    >>> groups(6)
    [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)]
    """
    runs = next(n for n in itertools.count(1) if math.comb(n, n // 2) >= count)
    return list(itertools.islice(itertools.combinations(range(runs), runs // 2), count))


def _in_groups(trial: Trial, orders: list[tuple[Order, Rows | None]]) -> list[dict[int, Tensor]] | None:
    """Change several samples in each run; return what each has changed, None where that leaves it open, or is sure to."""
    mine = groups(len(trial.samples))
    runs = 1 + max(run for those in mine for run in those)
    is_lost = any(order == "lost" for order, _ in orders)
    if runs >= len(trial.samples) or (is_lost and len(trial.samples) <= FEW):
        return None
    seen: list[list[Tensor]] = []
    for run in range(runs):
        together = [sample for sample, those in zip(trial.samples, mine, strict=True) if run in those]
        seen.append(_differing(trial, together))
        if any(_reaches_others(differs, rows, together) for differs, (_, rows) in zip(seen[-1], orders, strict=True)):
            return None
    found: list[dict[int, Tensor]] = []
    for tensors in zip(*seen, strict=True):
        changed_in = torch.zeros(tensors[0].shape, dtype=torch.int64 if runs > 14 else torch.int16)
        for run, differs in enumerate(tensors):
            changed_in |= differs.to(changed_in.dtype) << run
        codes = [sum(1 << run for run in those) for those in mine]
        own = {sample: changed_in == code for sample, code in zip(trial.samples, codes, strict=True)}
        of_one = sum((int(one.sum()) for one in own.values()), 0)
        if of_one != int((changed_in != 0).sum()):
            return None  # something depends on several
        found.append(own)
    return found


def _reaches_others(differs: Tensor, rows: Rows | None, samples: list[int]) -> bool:
    """Tell whether elements changed that are in the rows of other samples."""
    if rows is None or not differs.dim():
        return False
    others = ~torch.isin(rows.samples, torch.tensor(samples))
    return bool((differs & others.view([-1 if dim == rows.dim else 1 for dim in range(differs.dim())])).any())


def _orders(trial: Trial) -> tuple[list[tuple[Order, Rows | None]], bool, str]:
    source = shuffled(trial.count)
    moved = trial.in_order(source)
    why = "" if moved is not None else "packed samples have an order of their own"
    if unplaced := trial.unplaced:
        why = f"nobody has said where the samples are in {text.listed(unplaced)}"
    still = Still()
    before = after = [value for _, value in trial.base]
    try:
        if trial.may_draw:
            run = trial.result(trial.unchanged(), still)
            before = [value for _, value in tensors_of(run.output)]
            if run.draws and not still.shuffles:
                why = "the model draws random numbers, which go by the place in the batch"
        if not why and moved is not None:
            after = trial.run(moved, Still() if trial.may_draw else None)
    except Unfit as error:
        if trial.is_light:
            raise
        why = f"with the samples in another order {error}"
    found: list[tuple[Order, Rows | None]] = []
    lines = trial.lines
    for a, b in zip(before, after, strict=False):
        order, rows = rows_after(a, b, source, lines)
        found.append(("unknown" if why else order, rows))
    return found, still.shuffles, why


def _silent(leaves: list[Leaf], samples: list[int]) -> list[int]:
    """Return the samples on which nothing depends, where something does on another one.

    Rows of nothing but zeros may be what a rectifier has made of them.
    """
    telling = [leaf for leaf in leaves if leaf.value.is_floating_point() and not leaf.is_whole and leaf.owners.counts]
    if len(telling) != len(leaves) or not telling:
        return []
    silent = [j for j in samples if all(leaf.owners.counts[j] == 0 for leaf in telling)]
    if len(silent) == len(samples) or not silent:
        return []
    for leaf in telling:
        nobody = leaf.value[leaf.owners.table == NOBODY]
        if nobody.numel() and bool((nobody == 0).any()):
            return []
    return silent


def _are_left_out(trial: Trial, sample: int) -> bool:
    """Tell whether a sample of which nothing depends is left out by what the model is given: flags, a mask, or its content."""
    sizes = [t.shape for _, t in trial.base]
    if [t.shape for t in trial.run(trial.with_other([sample]))] != sizes:
        return True
    kept = {id(content.place.tensor) for content in trial.kept}
    for other in range(trial.count) if kept else ():
        source = [*range(trial.count)]
        source[sample], source[other] = other, sample
        moved = trial.in_order(source, lambda content: content in trial.kept)
        if moved is None or all(torch.equal(moved[key], trial.unchanged()[key]) for key in kept):
            continue
        try:
            before = trial.run(moved)
            after = trial.run(trial.with_other([sample]) | {key: moved[key] for key in kept})
        except Unfit:
            return False
        return any(a.shape != b.shape or bool(changed(a, b).any()) for a, b in zip(before, after, strict=False))
    return False


def _misread(trial: Trial, leaves: list[Leaf]) -> str:
    """Exchange the lengths or masks of two samples: the output of a third must not change."""
    leaf = next((leaf for leaf in leaves if leaf.line() is not None and not leaf.is_moved), None)
    if leaf is None or leaf.rows is None or leaf.order != "lost":
        return ""
    at = leaves.index(leaf)
    rows = leaf.rows.of(leaf.value.dim()).expand(leaf.value.shape)
    for content in trial.kept:
        for j in range(0, trial.count - 1, 2):
            source = [*range(trial.count)]
            source[j], source[j + 1] = j + 1, j
            moved = trial.in_order(source, lambda c, mine=content: c is mine)
            if moved is None or torch.equal(moved[id(content.place.tensor)], content.base):
                continue
            try:
                after = trial.run(moved)[at]
            except Unfit:
                continue
            a, b = common(leaf.value, after)
            if a.shape != b.shape:
                continue
            reached = torch.unique(rows[tuple(slice(n) for n in a.shape)][changed(a, b).cpu()]).tolist()
            if others := [i for i in reached if i not in (j, j + 1)]:
                return f"exchanging {content.place.name} of samples {j} and {j + 1} changes the output of sample {others[0]}"
    return ""


def samples_said(found: Samples, trial: Trial) -> Experiment:
    """Say what was measured about the content of samples."""
    leaves = [leaf for leaf in found.leaves if not leaf.is_whole]
    shown: Matrix | None = None
    worst = max(found.mixed, key=lambda leaf: leaf.owners.share, default=None)
    best = worst or next((leaf for leaf in leaves if leaf.rows is not None and leaf.owners.counts), None)
    if best is not None:
        shown = matrix_of(best, found.changes[found.leaves.index(best)], trial.count)
    if worst is not None:
        evidence = [_evidence(worst, shown)]
        return Experiment("samples", "together", tuple(evidence), shown)
    if found.silent:
        return Experiment("samples", "together", (f"nothing depends on {_named(found.silent)}",), shown)
    if not leaves:
        return Experiment("samples", "unknown", ("the output is of the batch as a whole",))
    if _is_deaf(leaves):
        return Experiment("samples", "unknown", (DEAF,))
    return Experiment("samples", "apart", (), shown)


def _is_deaf(leaves: Sequence[Leaf]) -> bool:
    """Tell whether nothing changed with any sample: that samples are apart, it does not show."""
    return not any(any(leaf.owners.counts.values()) for leaf in leaves)


def _evidence(leaf: Leaf, matrix: Matrix | None) -> str:
    if matrix is not None:
        pairs = [(value, i, j) for i, row in enumerate(matrix.values) for j, value in enumerate(row) if i != j and value > 0]
        if pairs:
            value, i, j = max(pairs, key=lambda pair: (pair[0], -pair[1], -pair[2]))
            return f"changing sample {j} changes {value:.0%} of sample {i}'s {leaf.name}"
    return f"{leaf.owners.share:.0%} of {leaf.name} depends on several samples"


def _named(samples: list[int]) -> str:
    return f"sample {samples[0]}" if len(samples) == 1 else f"samples {text.listed(samples)}"


def order_said(found: Samples) -> Experiment:
    """Say what another order of the samples has done."""
    if found.why_no_order:
        return Experiment("order", "unknown", (found.why_no_order,))
    lost = [leaf for leaf in found.leaves if leaf.is_lost]
    if not lost:
        return Experiment("order", "unknown", (DEAF,)) if _is_deaf(found.leaves) else Experiment("order", "apart")
    leaf = lost[0]
    words = [f"with its samples in another order, {leaf.name} is another one, and not only in that order"]
    if leaf.is_scattered:
        words.append("its rows hold elements of several samples")
    elif (misplaced := leaf.misplaced()) is not None:
        row, sample = misplaced
        said = f"is sample {sample}" if sample != NOBODY else "depends on no sample"
        words.append(f"row {row} of {leaf.name} {said}")
    if found.misread:
        words.append(found.misread)
    return Experiment("order", "fact" if found.shuffles else "together", tuple(words))
