"""Layers that leave every size as it is: activations, Dropout, softmax, and the sum of earlier results."""

from __future__ import annotations

from typing import Any

from rnnshape.errors import SpecError
from rnnshape.layout.axes import UNKNOWN, Dim
from rnnshape.layout.factoring import unknown
from rnnshape.layout.layout import Layout
from rnnshape.modelfile.arguments import Argument, Choice, Integer, Number
from rnnshape.modelfile.kinds.movement import together
from rnnshape.modelfile.registry import Result, layer
from rnnshape.modelfile.step import FLOATS, Step, holds, seq_dim, size_of

_ACTIVATIONS: dict[str, tuple[Argument, ...]] = {
    "ReLU": (),
    "ReLU6": (),
    "LeakyReLU": (Number("negative_slope", 0.01, about="Slope below zero."),),
    "ELU": (Number("alpha", 1.0, about="What it tends to below zero."),),
    "SELU": (),
    "GELU": (Choice("approximate", "none", words=("none", "tanh"), about="How it is computed."),),
    "SiLU": (),
    "Mish": (),
    "Tanh": (),
    "Sigmoid": (),
    "LogSigmoid": (),
    "Softplus": (Number("beta", 1.0, about="How sharp its bend is."), Number("threshold", 20.0, about="Linear above it.")),
    "Softsign": (),
    "Hardtanh": (Number("min_val", -1.0, about="Least value."), Number("max_val", 1.0, about="Largest value.")),
    "Identity": (),
}
_OF_INTS = {
    **dict.fromkeys(["ReLU", "ReLU6", "Hardtanh", "Identity"], ""),
    **dict.fromkeys(["Tanh", "Sigmoid", "Softsign"], "float32"),
}
"""Activations that torch computes of ints too, and the dtype of the result, that of the input where it is empty."""


def _kept(step: Step) -> Result:
    kind, tensor = step.layer.kind.name, step.input
    if tensor.dtype not in FLOATS and not (kind in _OF_INTS and tensor.dtype != "bool"):
        if kind not in ("Identity", "Tanh", "Sigmoid"):
            step.needs_floats()
    elif tensor.dtype not in FLOATS and _OF_INTS[kind]:
        return Result({"output": tensor.computed(tensor.layout, _OF_INTS[kind])})
    return Result({"output": tensor})


def _check_range(values: dict[str, Any]) -> None:
    if values["max_val"] <= values["min_val"]:
        raise SpecError(f"max_val={values['max_val']}: more than min_val={values['min_val']} is needed")


for _name, _arguments in _ACTIVATIONS.items():
    _about = f"nn.{_name}, element by element; the sizes stay."
    layer(_name, *_arguments, keeps=True, about=_about, check=_check_range if _name == "Hardtanh" else None)(_kept)


@layer("Dropout", Number("p", 0.5, least=0, most=1, about="Probability that an element becomes zero."), keeps=True)
def dropout(step: Step) -> Result:
    """Set elements to zero at random while training; the sizes stay."""
    step.needs_floats()
    return Result({"output": step.input})


# Softmax

_SOFTMAX_DIM = Integer("dim", least=-16, most=15, about="Along which dim the results sum to one.")


@layer("Softmax", _SOFTMAX_DIM)
def softmax(step: Step) -> Result:
    """Turn scores into weights that sum to one along a dim; the sizes stay."""
    return _normalised(step, "softmax")


@layer("LogSoftmax", _SOFTMAX_DIM)
def log_softmax(step: Step) -> Result:
    """The logarithm of Softmax, for NLLLoss; the sizes stay."""
    return _normalised(step, "log_softmax")


def _normalised(step: Step, what: str) -> Result:
    step.needs_floats()
    layout, dim = step.layout, step.at(step["dim"])
    steps = seq_dim(layout)
    hint = None if steps in (None, dim) else f"dim = {steps} normalises over the steps"
    if holds(layout.dims[dim], "batch") and layout.ndim > 1:
        wrong = f"{what} over dim {dim} normalises over the batch, so the samples compete with each other"
        step.find("RNS206", wrong, "dim", hint or (f"dim = {layout.ndim - 1} normalises over {layout.names[-1]}"
                                                   if not holds(layout.dims[-1], "batch") else None))  # fmt: skip
    elif size_of(layout.dims[dim]) == 1 and what == "softmax":
        wrong = f"softmax over dim {dim}, which has one element, makes every weight 1, whatever the scores are"
        step.find("RNS207", wrong, "dim", hint)
    return Result({"output": step.input.computed(layout)})


# Several results


@layer("add", module=False, keeps=True, least=2, most=100)
def add(step: Step) -> Result:
    """The sum of earlier results, element by element, as for a residual connection."""
    return _met(step, "+", "add")


@layer("multiply", module=False, keeps=True, least=2, most=100)
def multiply(step: Step) -> Result:
    """The product of earlier results, element by element, as for a gate."""
    return _met(step, "*", "multiply")


def _met(step: Step, sign: str, what: str) -> Result:
    found = step.layout
    for other in step.inputs[1:]:
        found = _aligned(step, what, found, other.layout)
    inputs = f" {sign} ".join(f"{{{i}}}" for i in range(len(step.inputs)))
    return Result({"output": together(step.inputs, found)}, source=inputs, spec=what)


def _aligned(step: Step, what: str, one: Layout, other: Layout) -> Layout:
    rank = max(one.ndim, other.ndim)
    pairs = [(_dim_of(one, at, rank), _dim_of(other, at, rank)) for at in range(rank)]
    for at, (a, b) in enumerate(pairs):
        if size_of(a) != size_of(b) and 1 not in (size_of(a), size_of(b)):
            shown = f"{step.words(one)} and {step.words(other)}"
            step.stop("RNS213", f"{what} cannot match {shown} element by element: dim {at} differs", "inputs")
    crossed = [at for at, (a, b) in enumerate(pairs) if _only(a, "batch") and _known(b) and not holds(b, "batch")]
    if crossed and any(holds(b, "batch") and _known(a) and not holds(a, "batch") for a, b in pairs):
        wrong = f"{what} meets different samples: dim {crossed[0]} is batch in one operand and another axis in the other"
        step.find("RNS205", wrong, "inputs", shown=[("one", one), ("other", other)])
    return Layout(tuple(_both(a, b) for a, b in pairs))


def _both(a: Dim, b: Dim) -> Dim:
    """Return what is known of a dim that two operands share; nothing where they take it for different data."""
    if size_of(a) == 1 or not _known(a):
        return b
    differ = _known(b) and a != b and any(holds(dim, name) for dim in (a, b) for name in ("batch", "seq"))
    return unknown(size_of(a)) if differ else a


def _dim_of(layout: Layout, at: int, rank: int) -> Dim:
    missing = rank - layout.ndim
    return () if at < missing else layout.dims[at - missing]


def _known(dim: Dim) -> bool:
    """Tell whether a dim says what lies along it, and something varies there."""
    return bool(dim) and size_of(dim) != 1 and all(f.axis != UNKNOWN for f in dim)


def _only(dim: Dim, name: str) -> bool:
    return _known(dim) and all(getattr(f.axis, "name", "") == name for f in dim)
