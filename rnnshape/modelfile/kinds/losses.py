"""Losses: whether scores and targets have a row each for the same things, in the same order."""

from __future__ import annotations

from rnnshape import text
from rnnshape.layout.axes import UNKNOWN, Axis, Dim, Factor
from rnnshape.layout.factoring import fuse
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Size, product
from rnnshape.modelfile.arguments import Choice, Integer, LayoutText, Number
from rnnshape.modelfile.registry import Result, Tensor, layer
from rnnshape.modelfile.step import Step, holds, size_of

_TARGET = LayoutText("target", about='The Layout of the target, "batch=32".', constructor=False)
_REDUCTION = Choice("reduction", "mean", words=("mean", "sum", "none"), about="What becomes of the losses of all elements.")
_IGNORED = Integer("ignore_index", -100, least=-(2**62), about="Target that does not count.")


@layer(
    "CrossEntropyLoss", _TARGET, _IGNORED, _REDUCTION,
    Number("label_smoothing", 0.0, least=0, most=1, about="How much of each target is spread over all classes."),
    loss=True,
)  # fmt: skip
def cross_entropy(step: Step) -> Result:
    """Of scores (batch, classes, ...) and class ids (batch, ...), or probabilities of the scores' sizes."""
    return _of_classes(step)


@layer("NLLLoss", _TARGET, _IGNORED, _REDUCTION, loss=True)
def nll(step: Step) -> Result:
    """Of log-probabilities (batch, classes, ...) and class ids (batch, ...)."""
    return _of_classes(step)


@layer("MSELoss", _TARGET, _REDUCTION, loss=True)
def mse(step: Step) -> Result:
    """The squared difference; scores and target have the same sizes."""
    return _of_elements(step)


@layer("L1Loss", _TARGET, _REDUCTION, loss=True)
def l1(step: Step) -> Result:
    """The absolute difference; scores and target have the same sizes."""
    return _of_elements(step)


@layer("SmoothL1Loss", _TARGET, _REDUCTION, Number("beta", 1.0, least=0, about="Where it becomes linear."), loss=True)
def smooth_l1(step: Step) -> Result:
    """Squared near zero and absolute elsewhere; scores and target have the same sizes."""
    return _of_elements(step)


@layer("HuberLoss", _TARGET, _REDUCTION, Number("delta", 1.0, least=1e-9, about="Where it becomes linear."), loss=True)
def huber(step: Step) -> Result:
    """Squared near zero and linear elsewhere; scores and target have the same sizes."""
    return _of_elements(step)


@layer("BCELoss", _TARGET, _REDUCTION, loss=True)
def bce(step: Step) -> Result:
    """Of probabilities and targets from 0 to 1; they have the same sizes."""
    return _of_elements(step, strict=True)


@layer("BCEWithLogitsLoss", _TARGET, _REDUCTION, loss=True)
def bce_with_logits(step: Step) -> Result:
    """Of scores and targets from 0 to 1; they have the same sizes."""
    return _of_elements(step, strict=True)


def _of_classes(step: Step) -> Result:
    scores, target = step.layout, step["target"]
    step.needs_floats()
    if not scores.ndim:
        step.stop("RNS505", f"{step.layer.kind.name} takes (batch, classes), and the scores are a scalar", "input")
    classes = 0 if scores.ndim == 1 else 1
    rows = Layout(tuple(d for at, d in enumerate(scores.dims) if at != classes))
    if scores.ndim == target.ndim and step.layer.kind.name == "CrossEntropyLoss" and scores.sizes == target.sizes:
        _same_order(step, scores, target)
        return _loss(step, rows)
    if _other_axis(step, classes, target):
        return _loss(step, rows)
    one_row = scores.ndim == 1 and target.sizes == (1,)  # torch takes a single class id with a dim of its own
    if rows.sizes != target.sizes and not one_row:
        _different_numbers(step, rows, target)
        return _loss(step, rows)
    step.consumes([classes], "classes")
    _same_order(step, rows, target)
    return _loss(step, rows)


def _other_axis(step: Step, classes: int, target: Layout) -> bool:
    """Judge the class axis: not an axis of the data where scores that a layer made lie along another dim."""
    scores = step.layout
    named = scores.names[classes]
    made = [d for d in range(scores.ndim) if d != classes and scores.names[d] in ("feature", "directions*hidden", "hidden")]
    if scores.ndim < 2 or named not in ("batch", "seq") or not made or size_of(scores.dims[classes]) == 1:
        return False
    message = f"{step.layer.kind.name} takes dim {classes} of the scores for the classes, and that is {named}"
    turned = scores.ndim == 3 and (scores.sizes[0], scores.sizes[1]) == target.sizes
    step.find("RNS503", message, "input", "transpose(1, 2) of the scores fits" if turned else None, shown=_both(step, target))
    return True


def _different_numbers(step: Step, rows: Layout, target: Layout) -> None:
    message = f"{step.layer.kind.name} gets scores {step.words(step.layout)} and targets {step.words(target)}"
    doubled = any(getattr(f.axis, "name", "") == "directions" for f in rows.dims[0]) if rows.dims else False
    if doubled and size_of(rows.dims[0]) == product((2, *(target.sizes[:1] or (1,)))):
        why = "a reshape cut the two directions apart, into rows"
        hint = "keep directions x hidden together in the last dim"
        step.find("RNS308", f"{message}: {why}", "target", hint, shown=_both(step, target))
        return
    wanted = f"of the sizes {text.sizes(rows.sizes)}" if rows.ndim else "a single class id"
    step.find("RNS505", f"{message}: a target {wanted} is needed", "target", shown=_both(step, target))


def _of_elements(step: Step, strict: bool = False) -> Result:
    scores, target = step.layout, step["target"]
    step.needs_floats()
    kind = step.layer.kind.name
    if scores.sizes == target.sizes:
        _same_order(step, scores, target)
        return _loss(step, scores)
    sizes = _broadcast(scores.sizes, target.sizes)
    shown = f"{kind} of {text.sizes(scores.sizes)} and {text.sizes(target.sizes)}"
    if strict or sizes is None or scores.numel() != target.numel():
        step.find("RNS505", f"{shown}: scores and target need the same sizes", "target", shown=_both(step, target))
    else:
        extra = [d for d, s in enumerate(scores.sizes) if s == 1]
        fits = extra and scores.squeeze(extra[-1]).sizes == target.sizes
        broadcast = f"{shown} broadcasts to {text.sizes(sizes)}: every row meets every target"
        hint = f"squeeze({extra[-1]}) of the scores fits" if fits else None
        step.find("RNS504", broadcast, "target", hint, shown=_both(step, target))
    return _loss(step, scores)


def _broadcast(a: tuple[Size, ...], b: tuple[Size, ...]) -> tuple[Size, ...] | None:
    rank = max(len(a), len(b))
    pairs = list(zip((1,) * (rank - len(a)) + a, (1,) * (rank - len(b)) + b, strict=True))
    if any(x != y and 1 not in (x, y) for x, y in pairs):
        return None
    return tuple(y if x == 1 else x for x, y in pairs)


def _same_order(step: Step, rows: Layout, target: Layout) -> None:
    """Judge whether rows of equal sizes are the same things: the same axes, one after the other."""
    one, other = (_order(x) for x in (rows, target))
    if one is None or other is None or one == other or sorted(map(str, one)) != sorted(map(str, other)):
        mixed = next((d for d, dim in enumerate(rows.dims) if any(not isinstance(f.axis, Axis) for f in dim)), None)
        if mixed is not None and holds(rows.dims[mixed], "batch"):
            step.consumes([mixed], "rows")
        return
    if not any(f.axis.name == "batch" for f in one if isinstance(f.axis, Axis)):
        return
    words = [" ".join(getattr(f.axis, "name", "?") for f in order) for order in (one, other)]
    message = f"the rows of the scores run along ({words[0]}), those of the target along ({words[1]})"
    step.find("RNS502", message, "target", shown=_both(step, target))


def _order(layout: Layout) -> Dim | None:
    """Return the axes of all rows, slowest first; None where one is not known."""
    factors: list[Factor] = [f for dim in layout.dims for f in dim if f.size != 1]
    return fuse(factors) if all(isinstance(f.axis, Axis) and f.axis != UNKNOWN for f in factors) else None


def _both(step: Step, target: Layout) -> list[tuple[str, Layout]]:
    return [("scores", step.layout), ("target", target)]


def _loss(step: Step, rows: Layout) -> Result:
    found = rows if step["reduction"] == "none" else Layout(())
    return Result({"output": Tensor(found, step.input.dtype)})
