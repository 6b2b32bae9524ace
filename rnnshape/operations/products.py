"""Products: a dim of one operand meets a dim of another, and both are summed over; other dims lie beside one another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from rnnshape.coordinates.mark import (
    BATCH,
    DRAW,
    GUESSED,
    KEYS,
    OF_SCORES,
    QUERIES,
    ROWS,
    TURNED,
    UNNAMED,
    Mark,
    Site,
    of_scores,
)
from rnnshape.coordinates.tables import along, at_sizes, disagreement, runs_along
from rnnshape.layout.axes import Axis
from rnnshape.operations.ahead import weighs_ahead
from rnnshape.operations.marking import contracted, joined, put_result
from rnnshape.operations.registry import Operation, operation, repeatable
from rnnshape.operations.totals import pooled
from rnnshape.operations.uses import Contraction, Meeting, Pairing, Product
from rnnshape.operations.weighing import weigh

__all__ = ["einsum", "matmul", "queries_and_keys"]


@repeatable
@operation("matmul", "__rmatmul__", "bmm", "mm", "mv", "dot")
def matmul(op: Operation) -> None:
    """The last dim of the first operand meets the last but one of the second."""
    a = op.argument(0, "input")
    b = next((op.kwargs[n] for n in ("other", "mat2", "vec", "tensor") if n in op.kwargs), op.args[-1] if op.args else None)
    _product(op, (b, a) if op.name == "__rmatmul__" else (a, b), [])


@repeatable
@operation("addmm", "baddbmm", "addmm_", "baddbmm_")
def add_product(op: Operation) -> None:
    """A product, with something added."""
    batched = op.name.startswith("b")
    a = op.argument(1, "batch1" if batched else "mat1")
    b = op.argument(2, "batch2" if batched else "mat2")
    added = op.argument(0, "input")
    marks = [m for m in [op.book.mark(added)] if m is not None and op.kwargs.get("beta", 1) != 0]
    _product(op, (a, b), marks)


def _product(op: Operation, operands: tuple[Any, Any], added: list[Mark]) -> None:
    a, b = operands
    result = op.result
    if not isinstance(a, Tensor) or not isinstance(b, Tensor) or not isinstance(result, Tensor):
        return
    inner_a, inner_b = a.dim() - 1, max(b.dim() - 2, 0)
    _are_nodes(op, a, inner_a, b)
    _are_nodes(op, b, inner_b, a)
    left, right = op.book.mark(a), op.book.mark(b)
    if left is not None and right is not None:
        weigh(op)
        op.emit(Product(op.name, left, inner_a, right, inner_b))
        leading = zip(range(a.dim() - 3, -1, -1), range(b.dim() - 3, -1, -1), strict=False)
        op.emit(Pairing(op.name, (a, b), (left, right), ((inner_a, inner_b),), tuple(leading)))
        if a.dim() == b.dim() > 2:
            op.emit(Meeting(op.name, (left, right)))
    elif left is not None:
        op.emit(Contraction(op.name, left, (inner_a,)))
    elif right is not None:
        op.emit(Contraction(op.name, right, (inner_b,)))
    sizes = tuple(result.shape)
    sources: list[tuple[Mark, dict[Axis, Tensor]]] = []
    answered: dict[Axis, Tensor] = {}
    rows, columns = -1 if b.dim() > 1 else None, (-2 if b.dim() > 1 else 0) if a.dim() > 1 else None
    # The rows of the result have the columns of b beside them, and its columns the rows of a above them.
    for mark, inner, other, at in ((left, inner_a, right, rows), (right, inner_b, left, columns)):
        if mark is not None:
            answered |= _placed(_answers(mark, (inner,), other), at, sizes)
            sources.append((mark, _placed(contracted(mark, (inner,), keepdim=False), at, sizes)))
    if left is not None and right is None and isinstance(b, nn.Parameter) and b.dim() == 2:
        sources[0][1][op.book.fresh("feature", b)] = along(b.size(1), len(sizes) - 1, len(sizes))
    if left is None and right is not None and b.dim() > 1:
        sources[0][1].update(_rows(op, right, inner_b, a, (len(sizes) - 2, len(sizes))))
    sources += [(m, {x: at_sizes(t, sizes) for x, t in m.tables.items()}) for m in added]
    if sources:
        tables = queries_and_keys(op, sources) | answered
        weights = [m for m in (left if a.dim() > 1 else None, right if b.dim() > 1 else None) if m is not None]
        found: dict[Axis, Site] = {}
        for mark in weights:
            found |= pooled(op, mark, (inner_a if mark is left else inner_b,), tables, len(sizes))
        put_result(op, result, tables, [_with_sites(m, found) for m, _ in sources])
        if answered and left is not None:
            weighs_ahead(op, left, a, answered)


def _are_nodes(op: Operation, operand: Tensor, dim: int, matrix: Tensor) -> None:
    """Say of what a layer alone takes for samples that a square matrix of the model's own sums it: so nodes of a graph are."""
    mark = op.book.mark(operand) if matrix.dim() == 2 and matrix.size(0) == matrix.size(1) > 1 else None
    if mark is not None and op.book.mark(matrix) is None:
        for axis in [axis for axis, table in mark.tables.items() if axis.of.startswith(GUESSED) and runs_along(table) == [dim]]:
            op.book.are_nodes(axis)


def _placed(tables: dict[Axis, Tensor], at: int | None, sizes: tuple[int, ...]) -> dict[Axis, Tensor]:
    """Give what an operand leaves the dims of a result: the other one has made a dim at this place, or none."""
    return {axis: at_sizes(table if at is None else table.unsqueeze(at), sizes) for axis, table in tables.items()}


def _rows(op: Operation, mark: Mark, dim: int, matrix: Tensor, place: tuple[int, int]) -> dict[Axis, Tensor]:
    """Return the axis of the rows of a square matrix that a product sums places with, as of the neighbours of nodes in a graph.

    Args:
        op: the product.
        mark: of what has the places.
        dim: along which they lie.
        matrix: of which nothing is known but its sizes.
        place: of its rows in the result, and how many dims that has.
    """
    lie = [axis for axis, table in mark.tables.items() if axis.name not in _OF_NO_SEQUENCE and runs_along(table) == [dim]]
    names = {axis.name for axis in lie if not axis.counts_steps}
    if len(names) != 1 or matrix.dim() != 2 or matrix.size(0) != matrix.size(1) or matrix.grad_fn is not None:
        return {}
    return {op.book.fresh(names.pop(), matrix): along(matrix.size(0), *place)}


def _answers(weights: Mark, dims: tuple[int, ...], values: Mark | None) -> dict[Axis, Tensor]:
    """Return the axes of values whose elements are answers now: weights of theirs are summed over the keys, and queries remain.

    Args:
        weights: of elements of an axis by others of the same axis.
        dims: along which values are summed with them.
        values: None where nothing is known of them.
    """
    left: dict[Axis, Tensor] = {}
    for axis in values.tables if values is not None else ():
        keys, queries = (weights.tables.get(of_scores(name, axis)) for name in (KEYS, QUERIES))
        if keys is not None and queries is not None and {*runs_along(keys)} <= {*dims}:
            left[axis] = queries
    return contracted(Mark(weights.sizes, left), dims, keepdim=False)


def _with_sites(mark: Mark, sites: dict[Axis, Site]) -> Mark:
    return replace(mark, sites=mark.sites | sites) if sites else mark


_OF_NO_SEQUENCE = OF_SCORES | {"batch", "hidden", "feature", "layers", "directions", DRAW, ROWS, TURNED, UNNAMED}


def queries_and_keys(op: Operation, sources: list[tuple[Mark, dict[Axis, Tensor]]]) -> dict[Axis, Tensor]:
    """Return what the operands of a product leave of their axes; elements of one axis that meet are queries and keys of it."""
    if len(sources) != 2:
        return joined(sources)
    (one, rows), (other, columns) = sources
    none = _OF_NO_SEQUENCE - {UNNAMED} if BATCH in rows and BATCH in columns else _OF_NO_SEQUENCE  # else it may be the batch
    for axis in [axis for axis in rows if axis in columns and axis.name not in none]:
        if disagreement(rows[axis], columns[axis]) is not None:
            rows = {a: t for a, t in rows.items() if a != axis} | {op.book.part_of(QUERIES, axis): rows[axis]}
            columns = {a: t for a, t in columns.items() if a != axis} | {op.book.part_of(KEYS, axis): columns[axis]}
    return joined([(one, rows), (other, columns)])


@repeatable
@operation("einsum")
def einsum(op: Operation) -> None:
    """Letters name the dims: those that are not in the result are contracted."""
    equation, operands = op.argument(0, "equation"), op.args[1:]
    if len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = tuple(operands[0])
    marks = [op.book.mark(t) for t in operands]
    known = [m for m in marks if m is not None]
    if not known:
        return
    terms, output = _terms(equation)
    if len(terms) == len(operands) == 2 and len(known) == 1:
        (one, other), (x, y) = operands, terms
        for value, term, matrix, letters in ((one, x, other, y), (other, y, one, x)):
            for dim in [d for d, letter in enumerate(term) if letter in letters and letter not in output]:
                _are_nodes(op, value, dim, matrix)
        marks = [op.book.mark(t) for t in operands]
        known = [m for m in marks if m is not None]
    if any(len(set(t)) != len(t) for t in terms) or len(terms) != len(marks):
        op.consume(*known)
        return
    sources: list[tuple[Mark, dict[Axis, Tensor]]] = []
    summed: list[tuple[Mark, tuple[int, ...]]] = []
    answered: dict[Axis, Tensor] = {}
    for at, (mark, term) in enumerate(zip(marks, terms, strict=True)):
        if mark is None:
            continue
        gone = tuple(d for d, letter in enumerate(term) if letter not in output)
        others = [t for i, (m, t) in enumerate(zip(marks, terms, strict=True)) if m is not None and i != at]
        met = [d for d in gone if any(term[d] in other for other in others)]
        op.emit(Contraction(op.name, mark, tuple(d for d in gone if d not in met)))
        tables = _in_order(contracted(mark, gone, keepdim=False), term, output)
        if len(known) == len(terms) == 2:
            answered |= _in_order(_answers(mark, gone, known[1 - at]), term, output)
        other = 1 - [m is mark for m in marks].index(True) if len(terms) == 2 and len(known) == 1 else None
        if other is not None and len(gone) == 1 and len(terms[other]) == 2 and term[gone[0]] in terms[other]:
            row = terms[other].replace(term[gone[0]], "")
            if row in output and row not in term:
                tables |= _rows(op, mark, gone[0], operands[other], (output.index(row), len(output)))
        sources.append((mark, tables))
        summed.append((mark, gone))
    if len(known) == len(terms) == 2:
        op.emit(_pairing(op, operands, known, terms, output))
    op.consume(*known)
    result = queries_and_keys(op, sources) | answered
    found: dict[Axis, Site] = {}
    for mark, gone in summed:
        found |= pooled(op, mark, gone, result, op.result.dim())
    put_result(op, op.result, result, [_with_sites(m, found) for m in known])


def _in_order(tables: dict[Axis, Tensor], term: str, output: str) -> dict[Axis, Tensor]:
    """Give the tables of an operand, of which the dims that are summed over are gone, the order of the result's dims."""
    kept = [letter for letter in term if letter in output]
    order = [kept.index(letter) for letter in output if letter in kept]
    beside = [at for at, letter in enumerate(output) if letter not in term]
    found: dict[Axis, Tensor] = {}
    for axis, table in tables.items():
        table = table.permute(order)
        for at in beside:
            table = table.unsqueeze(at)
        found[axis] = table
    return found


def _pairing(op: Operation, operands: Any, marks: list[Mark], terms: list[str], output: str) -> Pairing:
    """Return which dims of two operands meet: letters that both have."""
    shared = [(terms[0].index(letter), terms[1].index(letter), letter in output) for letter in terms[0] if letter in terms[1]]
    summed = tuple((d, e) for d, e, stays in shared if not stays)
    beside = tuple((d, e) for d, e, stays in shared if stays)
    return Pairing(op.name, tuple(operands), (marks[0], marks[1]), summed, beside)


def _terms(equation: object) -> tuple[list[str], str]:
    """Return the letters of each operand and of the result; none for an equation that is written in another way."""
    if not isinstance(equation, str) or "." in equation:
        return [], ""
    inputs, arrow, output = equation.replace(" ", "").partition("->")
    if not arrow:
        output = "".join(sorted(c for c in set(inputs) - {","} if inputs.count(c) == 1))
    return inputs.split(","), output
