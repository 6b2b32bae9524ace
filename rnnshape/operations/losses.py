"""Losses: each row of the output meets the row of the target at the same place."""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor

from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.tables import at_sizes
from rnnshape.operations.registry import Operation, operation
from rnnshape.operations.uses import Classes, Comparison, LogProbabilities, RecurrentInput, WideLoss

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
    wide = _wider(tuple(scores.shape), tuple(target.shape))
    if wide is not None:
        op.emit(WideLoss(op.name, tuple(scores.shape), tuple(target.shape), wide, known.made if known else None))
        return
    if known is not None and wanted is not None:
        tables = {a: at_sizes(t, known.sizes) for a, t in wanted.tables.items()}
        op.emit(Comparison(op.name, known, Mark(known.sizes, tables, target=wanted.target), known.made))


def _wider(scores: tuple[int, ...], target: tuple[int, ...]) -> tuple[int, ...] | None:
    """Return the sizes that two of as many elements broadcast to, where that is more than either has."""
    try:
        sizes = torch.broadcast_shapes(scores, target)
    except RuntimeError:
        return None
    return tuple(sizes) if prod(scores) == prod(target) and sizes.numel() > prod(scores) else None


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


@operation("cosine_embedding_loss", "margin_ranking_loss", "triplet_margin_loss", "multi_margin_loss", "multilabel_margin_loss")
def pairs(op: Operation) -> None:
    """Compares samples in ways of its own; it only uses what it gets."""
    op.consume(*(m for t in op.args if (m := op.book.mark(t))))
