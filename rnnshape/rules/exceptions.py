"""Why torch raised, read from the Layouts: exceptions that say a size and not what it is made of."""

from __future__ import annotations

import linecache
from collections.abc import Callable, Sequence
from math import prod
from types import FrameType, TracebackType
from typing import TypeGuard, cast

from torch import Tensor, nn

from rnnshape import text
from rnnshape._torch import MODULE_CALL, is_library, known_values, named_modules
from rnnshape.coordinates.mark import Mark
from rnnshape.coordinates.reading import layout_of
from rnnshape.coordinates.tables import broadcast_shapes, unique, varies
from rnnshape.layout.layout import Layout
from rnnshape.operations.pointwise import is_pointwise
from rnnshape.operations.registry import Operation, leaves
from rnnshape.report.mistake import Mistake
from rnnshape.rules.step import Step

__all__ = ["explain", "explain_call"]

_WORDS = ("batch", "seq", "layers", "directions", "hidden", "feature", "gates")


def explain(op: Operation, error: Exception, step: Step) -> Mistake | None:
    """Explain an exception of one torch function; None where the Layouts do not tell."""
    if op.name == "backward":
        return _carried(error, step)
    explained = _EXPLAINED.get(op.name) or (_meeting if is_pointwise(op.name) else None)
    return explained(op) if explained else None


def _because(code: str, message: str, suggestion: str | None, layout: Layout | None) -> Mistake:
    return Mistake(code, message, suggestion, (("seen", layout),) if layout else ())


def _carried(error: Exception, step: Step) -> Mistake | None:
    """A second backward through what the first has freed: the state kept the graph of the step before."""
    state = step.carrying.explains(error)
    if state is None:
        return None
    carries, fits = ("h_0 and c_0 carry", "h, c = h.detach(), c.detach()") if state.pair else ("h_0 carries", "h = h.detach()")
    message = f"{carries} the graph of the step before, which its backward has used up"
    suggestion = f"{fits} between the steps fits"
    return Mistake("RNS507", message, suggestion, location=state.location, module=state.module, kind=state.kind)


def _width(op: Operation) -> Mistake | None:
    """A Linear whose in_features do not fit: say what the last dim is made of."""
    source, weight = op.argument(0, "input"), op.argument(1, "weight")
    mark = op.book.mark(source)
    if mark is None or not isinstance(source, Tensor) or source.dim() == 0 or source.size(-1) == weight.size(-1):
        return None
    layout = layout_of(mark)
    made_of = " x ".join(map(str, layout.dims[-1])) if layout else ""
    halves = [t for _, t in mark.of("directions") if varies(t, source.dim() - 1)]
    message = f"Linear expects {weight.size(-1)} features and gets {source.size(-1)}"
    if made_of and "?" not in made_of:
        message += f" = {made_of}"
    if halves and source.size(-1) == 2 * weight.size(-1):
        message += "; the directions were forgotten"
        return _because("RNS308", message, f"nn.Linear({source.size(-1)}, ...) fits", layout)
    fits = [d for d in range(source.dim()) if source.size(d) == weight.size(-1)]
    hint = f"the axis of size {weight.size(-1)} is at dim {fits[0]}: transpose({fits[0]}, -1) fits" if len(fits) == 1 else None
    return _because("RNS211", message, hint, layout)


def _view(op: Operation) -> Mistake | None:
    source = op.args[0]
    if not isinstance(source, Tensor):
        return None
    mark = op.book.mark(source)
    if count := _elements(op, source):
        return count
    if op.name != "view" or source.is_contiguous():
        return None
    recurrent = mark is not None and any(a.name == "step" for a in mark.tables)
    whose = "this output of a recurrent layer" if recurrent else "this tensor"
    shown = f"{text.sizes(source.shape)} with strides {source.stride()}"
    message = f"view needs elements that lie in order in memory, and {whose}, {shown}, was turned (batch_first does so too)"
    return _because("RNS210", message, "reshape in place of view fits", mark and layout_of(mark, _WORDS))


def _elements(op: Operation, source: Tensor) -> Mistake | None:
    """Sizes that hold another number of elements: a batch that was written down as a number is told by the axes."""
    single = len(op.args) == 2 and isinstance(op.args[1], (tuple, list))
    given = cast("Sequence[int]", op.args[1] if single else op.args[1:])
    mark = op.book.mark(source)
    if mark is None or not given or not all(type(s) is int for s in given):
        return None
    if _holds(given, source):
        return None
    layout = layout_of(mark, _WORDS)
    wanted = f"{text.sizes(given)} does not hold the {source.numel()} elements of {_words(mark, source)}"
    for _, table in mark.of("batch"):
        batch = len(unique(table[table >= 0]))
        fits = [d for d, s in enumerate(given) if s > 0 and s != batch and _holds((*given[:d], batch, *given[d + 1 :]), source)]
        if fits:
            message = f"{op.name} to {wanted}: a batch of {given[fits[0]]} is written down, and this one has {batch}"
            return _because("RNS213", message, f"x.size(0) in place of {given[fits[0]]} fits", layout)
    return _because("RNS213", f"{op.name} to {wanted}", None, layout)


def _holds(sizes: Sequence[int], source: Tensor) -> bool:
    known = prod(s for s in sizes if s >= 0)
    return source.numel() == known if -1 not in sizes else bool(known) and source.numel() % known == 0


def _packing(op: Operation) -> Mistake | None:
    """Lengths that are not sorted, where packing was told that they are."""
    lengths = op.argument(1, "lengths")
    values = known_values(lengths) if isinstance(lengths, Tensor) else None
    if values is None or values.dim() != 1 or bool((values[1:] <= values[:-1]).all()):
        return None
    message = "the lengths are not in descending order, which pack_padded_sequence takes for granted"
    mark = op.book.mark(op.args[0])
    return _because("RNS406", message, "enforce_sorted=False fits", mark and layout_of(mark, _WORDS))


def _loss(op: Operation) -> Mistake | None:
    scores, target = op.argument(0, "input"), op.argument(1, "target")
    known = op.book.mark(scores)
    if known is None or not isinstance(target, Tensor):
        return None
    layout = layout_of(known, _WORDS)
    doubled = any(varies(t, 0) for _, t in known.of("directions") if t.dim())
    if doubled and scores.size(0) == 2 * target.size(0):
        cut = "a reshape cut the two directions apart, into rows"
        message = f"{op.name} gets {scores.size(0)} rows for {target.size(0)} targets: {cut}"
        return _because("RNS308", message, "keep directions x hidden together in the last dim", layout)
    if scores.dim() >= 3:
        for axis, table in known.tables.items():
            if axis.name in ("seq", "step", "batch") and varies(table, 1):
                name = "seq" if axis.name == "step" else axis.name
                message = f"{op.name} takes dim 1 of {text.sizes(scores.shape)} for the classes, and that is {name}"
                fits = scores.dim() == 3 and (scores.size(0), scores.size(1)) == tuple(target.shape)
                return _because("RNS503", message, "output.transpose(1, 2) fits" if fits else None, layout)
    wanted = tuple(s for d, s in enumerate(scores.shape) if d != 1 or scores.dim() == 1)
    if target.is_floating_point() or wanted == tuple(target.shape):
        return None
    rows, targets = _words(known, scores), _words(op.book.mark(target), target)
    message = f"{op.name} gets scores {rows} and targets {targets}: the rows of one are not those of the other"
    return _because("RNS505", message, None, layout)


def _channels(op: Operation) -> Mistake | None:
    """A convolution or a normalisation takes dim 1 for the channels; say what lies there."""
    source, weight = op.argument(0, "input"), op.argument(1, "weight")
    mark = op.book.mark(source)
    if mark is None or not isinstance(source, Tensor) or not isinstance(weight, Tensor) or source.dim() < 2:
        return None
    expected = weight.size(1 if op.name.startswith("conv") and "transpose" not in op.name else 0)
    if op.name.startswith("conv") and "transpose" not in op.name:
        expected *= op.argument(6, "groups", 1)
    if source.size(1) == expected:
        return None
    layout = layout_of(mark, _WORDS)
    names = sorted({"seq" if a.name == "step" else a.name for a, t in mark.tables.items() if varies(t, 1)})
    found = f", which is {text.listed(names)}" if names else ""
    fits = [d for d in range(2, source.dim()) if source.size(d) == expected]
    hint = None
    if len(fits) == 1:
        turn = f"transpose(1, {fits[0]})"
        where = f"the axis of size {expected} is at dim {fits[0]}"
        hint = f"{where}: {turn} of the input fits, and {turn} of the output turns it back"
    message = f"{op.name} takes dim 1 for its {expected} channels and gets {source.size(1)}{found}"
    return _because("RNS213", message, hint, layout)


def _product(op: Operation) -> Mistake | None:
    """Two operands of a product whose sizes do not fit: say what each dim is, and which turn fits."""
    a, b = op.args[0], op.argument(1, "other", op.kwargs.get("mat2"))
    if not isinstance(a, Tensor) or not isinstance(b, Tensor) or min(a.dim(), b.dim()) < 2 or not _known(op, a, b):
        return None
    message = f"{op.name} cannot take {_words(op.book.mark(a), a)} times {_words(op.book.mark(b), b)}"
    layout = _layout(op, b) or _layout(op, a)
    if a.dim() != 3 or b.dim() != 3:
        return _because("RNS213", message, None, layout)
    turns = [(name, x, y) for name, t in (("first", a), ("second", b)) for x, y in ((0, 1), (1, 2), (0, 2))
             if _multiplies(*((_turned(t, x, y), b.shape) if name == "first" else (a.shape, _turned(t, x, y))))
             and _batch_meets(op, a, b, name, x, y)]  # fmt: skip
    hint = f"transpose({turns[0][1]}, {turns[0][2]}) of the {turns[0][0]} operand fits" if len(turns) == 1 else None
    return _because("RNS213", message, hint, layout)


def _turned(tensor: Tensor, x: int, y: int) -> tuple[int, ...]:
    sizes = list(tensor.shape)
    sizes[x], sizes[y] = sizes[y], sizes[x]
    return tuple(sizes)


def _multiplies(a: tuple[int, ...], b: tuple[int, ...]) -> bool:
    return a[0] == b[0] and a[2] == b[1]


def _batch_meets(op: Operation, a: Tensor, b: Tensor, name: str, x: int, y: int) -> bool:
    """Tell whether dim 0 of both is the batch once one of them is turned, as far as that is known."""
    for tensor, swap in ((a, name == "first"), (b, name == "second")):
        mark = op.book.mark(tensor)
        for _, table in mark.of("batch") if mark else ():
            moved = table.transpose(x, y) if swap else table
            if any(varies(moved, d) for d in (1, 2)):
                return False
    return True


def _joined(op: Operation) -> Mistake | None:
    parts = list(leaves(op.argument(0, "tensors")))
    if len(parts) < 2 or not _known(op, *parts):
        return None
    shown = list(dict.fromkeys(_words(op.book.mark(p), p) for p in parts))
    ranks = {p.dim() for p in parts}
    odd = ": they have different numbers of dims" if len(ranks) > 1 else ""
    return _because("RNS213", f"{op.name} cannot join {text.listed(shown[:4])}{odd}", None, _layout(op, *parts))


def _meeting(op: Operation) -> Mistake | None:
    """Operands that do not broadcast: say what each dim is."""
    parts = list(leaves([op.args, op.kwargs]))[:3]
    try:
        broadcast_shapes(*(p.shape for p in parts))
    except RuntimeError:
        pass
    else:
        return None
    if len(parts) < 2 or not _known(op, *parts):
        return None
    shown = [_words(op.book.mark(p), p) for p in parts]
    turned = len(parts) == 2 and parts[0].dim() == parts[1].dim() == 2 and parts[0].shape == parts[1].shape[::-1]
    hint = "the second operand's .t() fits" if turned else None
    return _because("RNS213", f"{op.name} cannot match {text.listed(shown)} element by element", hint, _layout(op, *parts))


def _known(op: Operation, *tensors: Tensor) -> bool:
    return any(op.book.mark(t) is not None for t in tensors)


def _layout(op: Operation, *tensors: Tensor) -> Layout | None:
    marks = [m for t in tensors if (m := op.book.mark(t))]
    return next((found for m in marks if (found := layout_of(m, _WORDS))), None)


def _words(mark: Mark | None, tensor: Tensor) -> str:
    """Write sizes with what is known of them."""
    layout = layout_of(mark, _WORDS) if mark is not None else None
    if layout is None:
        return text.sizes(tensor.shape)
    return str(layout) if len(layout.dims) == 1 and str(layout).startswith("(") else f"({layout})"


def _ctc(op: Operation) -> Mistake | None:
    """CTC reads (steps, batch, classes): say what lies along dim 0."""
    scores = op.argument(0, "log_probs")
    mark = op.book.mark(scores)
    batch = mark.of("batch") if mark is not None else []
    if not isinstance(scores, Tensor) or scores.dim() != 3 or not any(varies(t, 0) and not varies(t, 1) for _, t in batch):
        return None
    message = f"ctc_loss reads (seq, batch, classes), and dim 0 of {text.sizes(scores.shape)} is the batch"
    return _because("RNS201", message, "transpose(0, 1) of the scores fits", mark and layout_of(mark, _WORDS))


_EXPLAINED: dict[str, Callable[[Operation], Mistake | None]] = {
    "linear": _width,
    **dict.fromkeys(["view", "reshape"], _view),
    "_pack_padded_sequence": _packing,
    "cross_entropy": _loss,
    "ctc_loss": _ctc,
    "nll_loss": _loss,
    "cat": _joined,
    "concat": _joined,
    "stack": _joined,
    **dict.fromkeys(["conv1d", "conv2d", "conv_transpose1d", "batch_norm"], _channels),
    **dict.fromkeys(["bmm", "matmul", "__matmul__", "mm"], _product),
}


def explain_call(
    error: BaseException, mark: Callable[[object], Mark | None], path: Callable[[nn.Module], str]
) -> Mistake | None:
    """Explain an exception by the arguments of the innermost module that was called, from its traceback."""
    module, values = _innermost_call(error.__traceback__)
    hint = "unpack it first: output, state = rnn(x)"
    for value in values:
        if isinstance(module, nn.Module) and _is_result(value, mark):
            what, fits = "(output, state) of a recurrent layer", hint
            if all(isinstance(v, Tensor) and v.dim() < 3 for v in value):
                what, fits = "(h, c) of a cell", "unpack it first: h, c = cell(x, state)"
            message = f"{type(module).__name__} gets the tuple {what}, and takes a tensor"
            return Mistake("RNS116", message, fits, module=path(module), kind=type(module).__name__)
    if not isinstance(error, (TypeError, AttributeError)) or "tuple" not in str(error):
        return None
    place = _innermost_user_frame(error.__traceback__)
    if place is None or not (any(_is_result(v, mark) for v in place.f_locals.values()) or _calls_a_layer(place, module)):
        return None
    message = "a recurrent layer returns the tuple (output, state), and this line takes it for a tensor"
    where = path(module) if isinstance(module, nn.Module) else ""
    return Mistake("RNS116", message, hint, module=where, kind=type(module).__name__)


def _is_result(value: object, mark: Callable[[object], Mark | None]) -> TypeGuard[tuple[object, object]]:
    """Tell whether a value is what a recurrent layer returned."""
    if not isinstance(value, tuple) or len(cast("tuple[object, ...]", value)) != 2:
        return False
    marks = [m for t in leaves(cast("object", value)) if (m := mark(t))]
    if not marks:
        return False
    of_a_cell = len(marks) == 2 and bool(marks[0].of("hidden") and marks[1].of("cell"))
    return of_a_cell or any(a.name in ("step", "layers") for m in marks for a in m.tables)


def _calls_a_layer(frame: FrameType, module: object) -> bool:
    """Tell whether the line that failed calls a recurrent layer of the module by its name."""
    line = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
    layers = named_modules(module) if isinstance(module, nn.Module) else ()
    return any(isinstance(m, nn.RNNBase) and f"{name}(" in line for name, m in layers if name)


def _innermost_user_frame(trace: TracebackType | None) -> FrameType | None:
    found = None
    while trace is not None:
        if not is_library(trace.tb_frame.f_code.co_filename):
            found = trace.tb_frame
        trace = trace.tb_next
    return found


def _innermost_call(trace: TracebackType | None) -> tuple[object, tuple[object, ...]]:
    found: tuple[object, tuple[object, ...]] = (None, ())
    while trace is not None:
        if trace.tb_frame.f_code is MODULE_CALL:
            names = trace.tb_frame.f_locals
            found = names.get("self"), tuple(names.get("args", ()))
        trace = trace.tb_next
    return found
