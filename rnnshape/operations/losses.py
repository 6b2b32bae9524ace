"""Losses: each row of the output meets the row of the target at the same place."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnshape._torch import known_values
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import at_sizes, broadcast_shapes, numbers, runs_along
from rnnshape.operations.marking import joined, put_result
from rnnshape.operations.registry import Operation, operation
from rnnshape.operations.uses import (
    Classes,
    ClassScores,
    Comparison,
    FlattenedTarget,
    Lengths,
    LogProbabilities,
    RecurrentInput,
    Residual,
    RowLoss,
    WideLoss,
)

__all__ = ["elementwise"]

UNKNOWN_ROWS = (
    "whose rows they are is not known, so rows in another order than those of the scores cannot be seen; a DataLoader that "
    "yields inputs and targets, or one index for both, tells"
)
"""Why the rows of a loss were not judged."""


@operation("cross_entropy", "nll_loss", "nll_loss_nd")
def classes(op: Operation) -> None:
    """(N, C, d1, ...) against (N, d1, ...): dim 1 of the scores is the classes."""
    scores, target = op.argument(0, "input"), op.argument(1, "target")
    known, wanted = op.book.mark(scores), op.book.mark(target)
    if known is None:
        return
    class_dim = 1 if scores.dim() > 1 else 0
    op.emit(Classes(op.name, known, class_dim))
    op.emit(ClassScores(op.name, scores, known, class_dim))
    if not target.is_floating_point() and target.dim() == scores.dim() - 1:
        rows = Mark(tuple(target.shape), {a: t.select(class_dim, 0) for a, t in known.tables.items() if t.size(class_dim) == 1})
        rows.sites, rows.target = known.sites, known.target
        if wanted is not None:
            op.emit(Comparison(op.name, rows, wanted, known.made))
        _emit_rows(op, rows, (*_without_weight(op.argument(2, "weight")), op.argument(4, "ignore_index", -100)))
        _put_each(op, [rows, *_but_picked(known, class_dim, wanted)], rows.sizes)
    elif wanted is not None and target.shape == scores.shape:
        op.emit(Comparison(op.name, known, wanted, known.made))


def _but_picked(scores: Mark, class_dim: int, target: Mark | None) -> list[Mark]:
    """Return what is known of a target, but for axes along the classes of the scores: which is picked tells what it holds."""
    picked = {axis for axis, table in scores.tables.items() if table.size(class_dim) > 1}
    if target is None:
        return []
    return [Mark(target.sizes, {a: t for a, t in target.tables.items() if a not in picked}, target=target.target)]


def _emit_rows(op: Operation, rows: Mark, ignored: tuple[int, ...]) -> None:
    """Tell of a loss that is reduced: of one that is not, the user leaves out what he wants."""
    scores, target = op.argument(0, "input"), op.argument(1, "target")
    if (flattened := op.book.flattened(target)) is not None:
        op.emit(FlattenedTarget(op.name, rows, *flattened))
    if isinstance(op.result, Tensor) and op.result.dim() == 0:
        wanted = op.book.mark(target)
        if _are_of_samples(rows) and (flattened is not None or _are_of_samples(wanted)):
            op.book.looked_at(UNKNOWN_ROWS, f"the target of {op.name}")
        elif _are_of_samples(rows) and _differ(target):
            op.book.did_not_look(UNKNOWN_ROWS, f"the target of {op.name}")
        op.emit(RowLoss(op.name, scores, target, rows, wanted, ignored))
    elif isinstance(op.result, Tensor):
        op.emit(Residual(op.name, target, rows))


def _are_of_samples(mark: Mark | None) -> bool:
    """Tell whether it is known which sample each row is."""
    return mark is not None and any(runs_along(table) for _, table in mark.of("batch"))


def _differ(target: Tensor) -> bool:
    """Tell whether it matters which row of a target is which: not where all are the same, as of a discriminator."""
    values = known_values(target)
    return values is not None and values.numel() > 1 and bool((values != values.flatten()[0]).any())


def _without_weight(weight: object) -> list[int]:
    """Return the classes, or the elements, that count for nothing."""
    values = known_values(weight) if isinstance(weight, Tensor) else None
    return [] if values is None else numbers((values == 0).nonzero().flatten().cpu())


@operation(
    "mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits", "kl_div",
    "poisson_nll_loss", "soft_margin_loss", "hinge_embedding_loss", "multilabel_soft_margin_loss", "gaussian_nll_loss",
    always=True,
)  # fmt: skip
def elementwise(op: Operation) -> None:
    """Every element against the one at its place, after broadcasting."""
    scores, target = op.argument(0, "input"), op.argument(1, "target")
    if not isinstance(scores, Tensor) or not isinstance(target, Tensor):
        return
    known, wanted = op.book.mark(scores), op.book.mark(target)
    if known is not None:
        op.consume(known)
    given = (tuple(scores.shape), tuple(target.shape))
    sizes = _broadcast(*given)
    if sizes is not None and given[0] != given[1]:
        op.emit(WideLoss(op.name, given, sizes, (known, wanted)))
    elif known is not None and wanted is not None:
        tables = {a: at_sizes(t, known.sizes) for a, t in wanted.tables.items()}
        op.emit(Comparison(op.name, known, Mark(known.sizes, tables, target=wanted.target), known.made))
    if known is not None and given[0] == given[1] and not _without_weight(op.argument(2, "weight")):
        _emit_rows(op, known, ())
    _put_each(op, [m for m in (known, wanted) if m is not None], sizes)


def _broadcast(scores: tuple[int, ...], target: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return tuple(broadcast_shapes(scores, target))
    except RuntimeError:
        return None


def _put_each(op: Operation, marks: list[Mark], sizes: tuple[int, ...] | None) -> None:
    """Know of losses that are not reduced what is known of their scores and targets."""
    if sizes and isinstance(op.result, Tensor) and tuple(op.result.shape) == sizes and marks:
        put_result(op, op.result, joined([(m, {a: at_sizes(t, sizes) for a, t in m.tables.items()}) for m in marks]), marks)


@operation("ctc_loss")
def ctc(op: Operation) -> None:
    """(steps, batch, classes), always."""
    scores = op.argument(0, "log_probs")
    known = op.book.mark(scores)
    if known is not None:
        op.consume(known)
        if scores.dim() == 3:
            op.emit(RecurrentInput(op.name, known, 1, 0))
            op.emit(LogProbabilities(op.name, known, 2))
            op.emit(ClassScores(op.name, scores, known, 2))
    _emit_lengths(op, scores, op.argument(1, "targets"))


def _emit_lengths(op: Operation, scores: object, targets: object) -> None:
    """Tell of the lengths: of (steps, batch, classes), and of targets that are (batch, letters)."""
    if not isinstance(scores, Tensor) or scores.dim() != 3:
        return
    steps, samples, classes = scores.shape
    letters = targets.size(1) if isinstance(targets, Tensor) and targets.dim() == 2 else None
    for at, name, own in ((2, "input_lengths", steps), (3, "target_lengths", letters)):
        lengths = op.argument(at, name)
        values = known_values(lengths) if isinstance(lengths, Tensor) else torch.tensor(lengths)
        if own is not None and values is not None and values.dim() == 1 and values.numel() > 1:
            mark = op.book.mark(lengths)
            made = mark.made if mark is not None else op.book.origin(lengths)
            op.emit(Lengths(op.name, name, tuple(numbers(values.cpu().long())), own, (samples, classes), made))


@operation("cosine_embedding_loss", "margin_ranking_loss", "triplet_margin_loss", "multi_margin_loss", "multilabel_margin_loss")
def pairs(op: Operation) -> None:
    """Compares samples in ways of its own; it only uses what it gets."""
    op.consume(*(m for t in op.args if (m := op.book.mark(t))))
