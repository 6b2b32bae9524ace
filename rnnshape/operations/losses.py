"""Losses: each row of the output meets the row of the target at the same place."""

from __future__ import annotations

import torch
from torch import Tensor

from rnnshape._torch import known_values
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import at_sizes, numbers
from rnnshape.operations.marking import joined, put_result
from rnnshape.operations.registry import Operation, operation
from rnnshape.operations.uses import Classes, Comparison, Lengths, LogProbabilities, RecurrentInput, WideLoss

__all__ = ["elementwise"]


@operation("cross_entropy", "nll_loss", "nll_loss_nd")
def classes(op: Operation) -> None:
    """(N, C, d1, ...) against (N, d1, ...): dim 1 of the scores is the classes."""
    scores, target = op.argument(0, "input"), op.argument(1, "target")
    known, wanted = op.book.mark(scores), op.book.mark(target)
    if known is not None:
        class_dim = 1 if scores.dim() > 1 else 0
        op.emit(Classes(op.name, known, class_dim))
        if wanted is not None and not target.is_floating_point() and target.dim() == scores.dim() - 1:
            rows = Mark(wanted.sizes, {a: t.select(class_dim, 0) for a, t in known.tables.items() if t.size(class_dim) == 1})
            rows.sites, rows.target = known.sites, known.target
            op.emit(Comparison(op.name, rows, wanted, known.made))
            picked = {axis for axis, table in known.tables.items() if table.size(class_dim) > 1}  # by what the target holds
            kept = Mark(wanted.sizes, {a: t for a, t in wanted.tables.items() if a not in picked}, target=wanted.target)
            _put_each(op, [rows, kept], wanted.sizes)
        elif wanted is not None and target.shape == scores.shape:
            op.emit(Comparison(op.name, known, wanted, known.made))


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
    _put_each(op, [m for m in (known, wanted) if m is not None], sizes)


def _broadcast(scores: tuple[int, ...], target: tuple[int, ...]) -> tuple[int, ...] | None:
    try:
        return tuple(torch.broadcast_shapes(scores, target))
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
