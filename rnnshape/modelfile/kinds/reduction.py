"""Pooling over the steps, and one of them: a dim goes."""

from __future__ import annotations

from rnnshape.layout.axes import axes_of
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Size
from rnnshape.modelfile.arguments import LARGEST, Flag, Integer
from rnnshape.modelfile.registry import Lost, Result, Tensor, Use, layer
from rnnshape.modelfile.step import Step, holds, seq_dim, size_of

_DIM = Integer("dim", None, least=-16, most=15, about="Which dim; that of the steps where it is left out.", constructor=False)
_KEEP = Flag("keepdim", False, about="Whether the dim stays, with size 1.", constructor=False)


@layer("mean", _DIM, _KEEP, module=False)
def mean(step: Step) -> Result:
    """Pool the steps by their mean."""
    step.needs_floats()
    return _pooled(step, "mean", step.input.dtype)


@layer("max", _DIM, _KEEP, module=False)
def largest(step: Step) -> Result:
    """Pool the steps by the largest element of each feature."""
    return _pooled(step, "amax", step.input.dtype)


@layer("sum", _DIM, _KEEP, module=False)
def total(step: Step) -> Result:
    """Pool the steps by their sum."""
    dtype = step.input.dtype
    return _pooled(step, "sum", dtype if dtype.startswith(("float", "bfloat")) else "int64")


def _dim(step: Step) -> int:
    if step["dim"] is not None:
        return step.at(step["dim"])
    found = seq_dim(step.layout)
    if found is None:
        step.refused(f"{step.layer.kind.name} takes the dim of seq, and there is none in {step.words(step.layout)}; give dim =")
    return found


def _pooled(step: Step, method: str, dtype: str) -> Result:
    dim = _dim(step)
    layout = step.layout
    if method == "amax" and size_of(layout.dims[dim]) == 0:
        step.stop("RNS213", f"max takes dim {dim}, which has no element", "dim")
    keep = (slice(None),) * dim
    left = Layout((*layout.dims[:dim], (), *layout.dims[dim + 1 :])) if step["keepdim"] else layout[(*keep, 0)] if (
        size_of(layout.dims[dim]) != 0) else Layout((*layout.dims[:dim], *layout.dims[dim + 1 :]))  # fmt: skip
    message = f"{step.layer.kind.name} over dim {dim} takes the batch away, and the output has none"
    found = _without(step, step.input.computed(left, dtype), dim, "RNS208", message)
    call = f"{method}({dim}{', keepdim=True' if step['keepdim'] else ''})"
    return Result({"output": found}, source=f"{{0}}.{call}", spec=call)


def _without(step: Step, tensor: Tensor, dim: int, code: str, message: str) -> Tensor:
    """Note where the batch went, where it did."""
    if not holds(step.layout.dims[dim], "batch"):
        return tensor
    lost = Lost(step.path("dim"), step.layer.name, code, message)
    return Tensor(tensor.layout, tensor.dtype, tensor.uses, tensor.cuts, (*tensor.lost, lost))


@layer("last_step", _DIM, module=False, keeps=True)
def last_step(step: Step) -> Result:
    """The last step of a sequence; of a recurrent layer with both directions see last_state."""
    return _picked(step, _dim(step), -1)


@layer(
    "select",
    Integer("dim", least=-16, most=15, about="Which dim.", constructor=False),
    Integer("index", least=-LARGEST, about="Which element of it; -1 is the last.", constructor=False),
    module=False,
    keeps=True,
)
def select(step: Step) -> Result:
    """One element along a dim, which goes: h_n[-1] is dim = 0, index = -1."""
    return _picked(step, step.at(step["dim"]), step["index"])


def _picked(step: Step, dim: int, index: int) -> Result:
    layout = step.layout
    size = size_of(layout.dims[dim])
    if isinstance(size, int) and not -size <= index < size:
        step.stop("RNS213", f"index={index} is out of range: dim {dim} of {step.words(layout)} has {size}", "index")
    source = f"[{''.join([':, '] * dim)}{index}]"
    last = isinstance(size, int) and size > 1 and index % size == size - 1
    uses = frozenset(_use(use, layout, dim, index, size, last or index == -1) for use in step.input.uses)
    found = Tensor(layout.select(dim, index), step.input.dtype, uses, step.input.cuts, step.input.lost)
    message = f"only sample {index} reaches the output: an index took a sample where a step was meant"
    found = _without(step, found, dim, "RNS301", message)
    return Result({"output": found}, source=f"{{0}}{source}", spec=source)


def _use(use: Use, layout: Layout, dim: int, index: int, size: Size, last: bool) -> Use:
    """Say which states are left of those in a tensor."""
    names = {a.name for a in axes_of(layout.dims[dim])}
    if use.what == "steps" and names == {"seq"} and dim == seq_dim(layout) and size != 1:
        return Use(use.layer, "last" if last else "some steps")
    if use.what == "state" and names == {"layers", "directions"} and isinstance(size, int):
        return Use(use.layer, f"row {index % size} of {size}")
    return use
