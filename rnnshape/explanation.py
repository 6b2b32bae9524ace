"""Why torch raised, read from the Layouts: exceptions that say a size and not what it is made of."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from torch import Tensor, nn

from rnnshape import text
from rnnshape.coordinates import Mark, layout_of, varies
from rnnshape.layout import Layout
from rnnshape.ops.registry import Operation, leaves

__all__ = ["Cause", "explain", "explain_call"]

Cause = tuple[str, str, str | None, Layout | None]
"""A code, one sentence, an edit that fits (or None), and the Layout that shows it (or None)."""


def explain(op: Operation, error: Exception) -> Cause | None:
    """Explain an exception of one torch function; None where the Layouts do not tell."""
    explained = _EXPLAINED.get(op.name)
    return explained(op) if explained else None


def _width(op: Operation) -> Cause | None:
    """A Linear whose in_features do not fit: say what the last dim is made of."""
    source, weight = op.argument(0, "input"), op.argument(1, "weight")
    mark = op.book.mark(source)
    if mark is None or not isinstance(source, Tensor) or source.dim() == 0 or source.size(-1) == weight.size(-1):
        return None
    layout = layout_of(mark)
    made_of = " x ".join(map(str, layout.dims[-1])) if layout else ""
    halves = [t for a, t in mark.of("directions") if varies(t, source.dim() - 1)]
    message = f"Linear expects {weight.size(-1)} features and gets {source.size(-1)}"
    if made_of and "?" not in made_of:
        message += f" = {made_of}"
    if halves and source.size(-1) == 2 * weight.size(-1):
        message += "; the directions were forgotten"
        return "RNS308", message, f"nn.Linear({source.size(-1)}, ...) fits", layout
    fits = [d for d in range(source.dim()) if source.size(d) == weight.size(-1)]
    hint = f"the axis of size {weight.size(-1)} is at dim {fits[0]}: transpose({fits[0]}, -1) fits" if len(fits) == 1 else None
    return "RNS211", message, hint, layout


def _view(op: Operation) -> Cause | None:
    source = op.args[0]
    if not isinstance(source, Tensor) or source.is_contiguous():
        return None
    mark = op.book.mark(source)
    recurrent = mark is not None and any(a.name == "step" for a in mark.tables)
    whose = "a batch-first output of a recurrent layer" if recurrent else "this tensor"
    message = f"view needs elements that lie in order in memory, and {whose} is {text.sizes(source.shape)} with strides {source.stride()}"
    return "RNS210", message, "reshape in place of view fits", mark and layout_of(mark, ("batch", "seq", "hidden", "directions"))


def _loss(op: Operation) -> Cause | None:
    scores, target = op.argument(0, "input"), op.argument(1, "target")
    known = op.book.mark(scores)
    if known is None or not isinstance(target, Tensor):
        return None
    layout = layout_of(known, ("batch", "seq", "directions", "hidden"))
    doubled = any(varies(t, 0) for a, t in known.of("directions") if t.dim())
    if doubled and scores.size(0) == 2 * target.size(0):
        message = f"{op.name} gets {scores.size(0)} rows for {target.size(0)} targets: a reshape cut the two directions apart, into rows"
        return "RNS308", message, "keep directions x hidden together in the last dim", layout
    if scores.dim() >= 3:
        for axis, table in known.tables.items():
            if axis.name in ("seq", "step", "batch") and varies(table, 1):
                name = "seq" if axis.name == "step" else axis.name
                message = f"{op.name} takes dim 1 of {text.sizes(scores.shape)} for the classes, and that is {name}"
                fits = scores.dim() == 3 and (scores.size(0), scores.size(1)) == tuple(target.shape)
                return "RNS503", message, "output.transpose(1, 2) fits" if fits else None, layout
    return None


_EXPLAINED: dict[str, Callable[[Operation], Cause | None]] = {
    "linear": _width,
    "view": _view,
    "cross_entropy": _loss,
    "nll_loss": _loss,
}


def explain_call(error: BaseException, mark: Callable[[object], Mark | None], path: Callable[[nn.Module], str]) -> tuple[Cause, str, str] | None:
    """Explain an exception by the arguments of the innermost module that was called, from its traceback.

    Returns:
        The cause, and path and class of the module.
    """
    found = _innermost_call(error.__traceback__)
    if found is None:
        return None
    module, args = found
    for value in args:
        if isinstance(value, tuple) and isinstance(module, nn.Module):
            marks = [m for t in leaves(value) if (m := mark(t))]
            if any(a.name in ("step", "layers") for m in marks for a in m.tables):
                message = f"{type(module).__name__} gets the tuple (output, state) of a recurrent layer, and takes a tensor"
                return ("RNS116", message, "unpack it first: output, state = rnn(x)", None), path(module), type(module).__name__
    return None


def _innermost_call(trace: TracebackType | None) -> tuple[Any, tuple[Any, ...]] | None:
    found = None
    while trace is not None:
        if trace.tb_frame.f_code is nn.Module._call_impl.__code__:
            names = trace.tb_frame.f_locals
            found = names.get("self"), tuple(names.get("args", ()))
        trace = trace.tb_next
    return found
