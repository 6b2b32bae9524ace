"""nn.RNN, nn.LSTM, nn.GRU and their cells: sizes are the calculator's, meanings those of the dims that go in."""

from __future__ import annotations

from functools import partial
from typing import Any

from rnnshape.calculator.calc import Prediction
from rnnshape.calculator.spec import RNNSpec
from rnnshape.layout.axes import Dim
from rnnshape.layout.layout import Layout
from rnnshape.modelfile.arguments import Choice, Flag, Integer, NameList, Number
from rnnshape.modelfile.registry import Result, Tensor, Use, layer
from rnnshape.modelfile.step import Step, UnfollowedError, holds, made_of, size_of

_SIZES = (
    Integer("input_size", about="Features of each element of the input."),
    Integer("hidden_size", about="Features of the hidden state."),
)
_BIAS = Flag("bias", True, about="Whether there are bias vectors.")
_NONLINEARITY = Choice("nonlinearity", "tanh", words=("tanh", "relu"), about="Of the recurrence.")
_STATE = NameList(
    "state", None, most=2, constructor=False,
    about="What it starts from: an earlier recurrent layer, or h_0 (and c_0 of an LSTM). Zeros where it is left out.",
)  # fmt: skip
_LAYER = (
    *_SIZES,
    Integer("num_layers", 1, about="Stacked layers."),
    _BIAS,
    Flag("batch_first", False, about="Whether input and output are (batch, seq, ...); the states never are."),
    Number("dropout", 0.0, least=0, most=1, about="Probability of dropout after each layer but the last."),
    Flag("bidirectional", False, about="Whether a second set of weights reads the sequence from its end."),
)
_PROJECTION = Integer("proj_size", 0, least=0, about="Size of the projected hidden state; 0 for none.")


def _check(kind: str, values: dict[str, Any]) -> None:
    RNNSpec.of(kind, **{name: value for name, value in values.items() if name != "state"})


def _spec(step: Step) -> RNNSpec:
    return RNNSpec.of(step.layer.kind.name, **{n: v for n, v in step.layer.arguments.items() if n != "state"})


_STATES = ("output", "h_n")


@layer("RNN", *_LAYER, _NONLINEARITY, _STATE, parts=_STATES, check=partial(_check, "RNN"))
def rnn(step: Step) -> Result:
    """An Elman RNN over a sequence; its result is the output of every step, and h_n."""
    return _sequence(step)


@layer("LSTM", *_LAYER, _PROJECTION, _STATE, parts=(*_STATES, "c_n"), check=partial(_check, "LSTM"))
def lstm(step: Step) -> Result:
    """An LSTM over a sequence; its result is the output of every step, h_n and c_n."""
    return _sequence(step)


@layer("GRU", *_LAYER, _STATE, parts=_STATES, check=partial(_check, "GRU"))
def gru(step: Step) -> Result:
    """A GRU over a sequence; its result is the output of every step, and h_n."""
    return _sequence(step)


@layer("RNNCell", *_SIZES, _BIAS, _NONLINEARITY, _STATE, parts=("h_1",), check=partial(_check, "RNNCell"))
def rnn_cell(step: Step) -> Result:
    """One step of an Elman RNN; its result is the new state."""
    return _one_step(step)


@layer("LSTMCell", *_SIZES, _BIAS, _STATE, parts=("h_1", "c_1"), check=partial(_check, "LSTMCell"))
def lstm_cell(step: Step) -> Result:
    """One step of an LSTM; its result is the new state, h_1 and c_1."""
    return _one_step(step)


@layer("GRUCell", *_SIZES, _BIAS, _STATE, parts=("h_1",), check=partial(_check, "GRUCell"))
def gru_cell(step: Step) -> Result:
    """One step of a GRU; its result is the new state."""
    return _one_step(step)


def _sequence(step: Step) -> Result:
    spec, layout = _spec(step), step.layout
    step.needs_floats(weights=True)
    if layout.ndim not in (2, 3):
        step.stop("RNS101", f"input has {layout.ndim} dims, expected 2-D or 3-D: {step.words(layout)}", "input")
    steps = 1 if spec.batch_first and layout.ndim == 3 else 0
    rows = 1 - steps if layout.ndim == 3 else None
    _width(step, spec)
    if size_of(layout.dims[steps]) == 0:
        step.find("RNS115", "input axis 'seq' is 0, expected 1 or more", "input")
    if rows is not None:
        _batch_and_steps(step, spec, rows, steps)
    elif any(holds(dim, "batch") for dim in layout.dims):
        reads = f"input of 2 dims is read as one unbatched sequence, and {step.words(layout)} has batch"
        step.find("RNS112", reads, "input", f"unsqueeze({1 if spec.batch_first else 0}) of the input makes it one step long")
    p = Prediction(spec, None if rows is None else size_of(layout.dims[rows]), size_of(layout.dims[steps]))
    batch: tuple[Dim, ...] = () if rows is None else (layout.dims[rows],)
    state = Layout((p.h_n.dims[0], *batch, p.h_n.dims[-1]))
    cell = Layout((p.h_n.dims[0], *batch, p.c_n.dims[-1])) if p.c_n is not None else None
    _check_states(step, spec, [state] if cell is None else [state, cell])
    output = _made(step, Layout((*layout.dims[:-1], p.output.dims[-1])), "steps")
    tensors: dict[str, Tensor | None] = {"output": output, "h_n": _made(step, state, "state")}
    if cell is not None:
        tensors["c_n"] = _made(step, cell, "")
    return Result(tensors, p.parameter_count, p.flops, spec=repr(spec))


def _made(step: Step, layout: Layout, what: str) -> Tensor:
    made = step.input.computed(layout)
    return Tensor(layout, made.dtype, frozenset([Use(step.layer.name, what)] if what else []), made.cuts, made.lost)


def _width(step: Step, spec: RNNSpec) -> None:
    last = step.layout.ndim - 1
    if step.fits(last, spec.input_size, "input_size"):
        step.consumes([last], "features")
        return
    got = step.layout.dims[last]
    fact = f"input axis 'feature' is {made_of(got)}, expected input_size={spec.input_size}"
    fits = [d for d in range(last) if size_of(step.layout.dims[d]) == spec.input_size]
    hint = f"input_size = {size_of(got)} fits" if isinstance(size_of(got), int) else None
    if len(fits) == 1 and not holds(step.layout.dims[fits[0]], "batch"):
        hint = f"the axis of size {spec.input_size} is at dim {fits[0]}: transpose({fits[0]}, {last}) fits"
    step.find("RNS102", fact, "input_size", hint)


def _batch_and_steps(step: Step, spec: RNNSpec, rows: int, steps: int) -> None:
    """Judge where batch lies: along the batch dim and no other."""
    dims = step.layout.dims
    if not holds(dims[steps], "batch"):
        return
    wanted = "(batch, seq, feature)" if rows == 0 else "(seq, batch, feature)"
    only = all(f.size == 1 or (f.size == f.total and getattr(f.axis, "name", "") == "batch") for f in dims[steps])
    if only and not holds(dims[rows], "batch"):
        lie = f"the samples lie along dim {steps}, its steps"
        fits = f"batch_first = {str(rows != 0).lower()} fits"
        key = "batch_first" if spec.batch_first else None
        step.find("RNS201", f"{spec.kind} runs along the batch: it reads {wanted}, and {lie}", key, fits)
    else:
        step.consumes([steps], "steps")


def _one_step(step: Step) -> Result:
    spec, layout = _spec(step), step.layout
    step.needs_floats(weights=True)
    if layout.ndim not in (1, 2):
        fact = f"input has {layout.ndim} dims, expected 1-D or 2-D: {step.words(layout)}; a cell takes one step"
        step.stop("RNS101", fact, "input", f"use {spec.kind[:-4]} for all steps" if layout.ndim == 3 else None)
    _width(step, spec)
    p = Prediction(spec, size_of(layout.dims[0]) if layout.ndim == 2 else None, None)
    state = Layout((*layout.dims[:-1], p.h_n.dims[-1]))
    _check_states(step, spec, [state] * (2 if spec.has_cell_state else 1))
    new = step.input.computed(state)
    tensors: dict[str, Tensor | None] = {"h_1": new, "c_1": new} if spec.has_cell_state else {"h_1": new}
    return Result(tensors, p.parameter_count, p.flops, spec=repr(spec))


# Initial states


def _check_states(step: Step, spec: RNNSpec, expected: list[Layout]) -> None:
    if step.states is None:
        return
    names = ("h_0", "c_0")
    if len(step.states) != len(expected):
        if spec.has_cell_state:
            step.find("RNS108", f"{spec.kind} starts from the pair (h_0, c_0) and gets one state", "state", shown=())
        else:
            step.find("RNS109", f"{spec.kind} starts from h_0 alone and gets a pair of states", "state", shown=())
        return
    for name, given, wanted in zip(names, step.states, expected, strict=False):
        if found := _state_mistake(step, name, given.layout, wanted, spec):
            shown = [("expected", wanted), ("got", given.layout)]
            step.find(found[0], found[1], "state", shown=shown, subject=name)


def _state_mistake(step: Step, name: str, given: Layout, wanted: Layout, spec: RNNSpec) -> tuple[str, str] | None:
    if given.ndim != wanted.ndim:
        return "RNS105", f"{name} has {given.ndim} dims, expected {wanted.ndim}"
    if given.sizes == wanted.sizes:
        return _state_of_others(name, given, wanted, spec)
    if given.ndim == 3 and given.sizes == wanted.transpose(0, 1).sizes:
        return "RNS104", f"{name} is batch-first, which a state never is"
    codes = ["RNS103", "RNS106", "RNS107"][-wanted.ndim :] if wanted.ndim == 3 else ["RNS106", "RNS107"][-wanted.ndim :]
    codes = ["RNS103", "RNS107"] if wanted.ndim == 2 and not spec.cell else codes
    dim = next(d for d in range(wanted.ndim) if given.sizes[d] != wanted.sizes[d])
    axis = wanted.names[dim]
    forgotten = axis == "layers*directions" and given.sizes[dim] == spec.num_layers
    why = "; the 2 directions are forgotten" if forgotten else ""
    return codes[dim], f"{name} axis {axis!r} is {made_of(given.dims[dim], axis)}, expected {wanted.sizes[dim]}{why}"


def _state_of_others(name: str, given: Layout, wanted: Layout, spec: RNNSpec) -> tuple[str, str] | None:
    rows = next((d for d, dim in enumerate(wanted.dims) if holds(dim, "batch")), None)
    wrong = next((d for d, dim in enumerate(given.dims) if holds(dim, "batch") and d != rows), None)
    if rows is None or wrong is None:
        return None
    taken = "features" if wrong == given.ndim - 1 else "layers" if not spec.cell else "rows"
    return "RNS203", f"samples are mixed: along dim {wrong} of {name} lie several samples, and it is for {taken}"


@layer("last_state", module=False, keeps=True, recurrent=True)
def last_state(step: Step) -> Result:
    """The final state of the last layer of an RNN, LSTM or GRU, its directions side by side: (batch, directions*hidden)."""
    spec, state = step.spec, step.layout
    if spec is None:
        raise UnfollowedError
    if not spec.bidirectional:
        return Result({"output": step.input.moved(state.select(0, -1))}, source="{0}[-1]", spec="h_n[-1]")
    last = state.unflatten(0, (spec.num_layers, 2)).select(0, -1).movedim(0, -2).flatten(-2)
    source = "torch.cat([{0}[-2], {0}[-1]], -1)"
    return Result({"output": step.input.moved(last)}, source=source, spec="cat([h_n[-2], h_n[-1]], -1)")
