"""What the state functions demand of their arguments. Sizes alone are looked at, and lengths where they cost nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NoReturn, cast

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import PackedSequence

from rnnshape import text
from rnnshape._torch import is_judged_here
from rnnshape.calculator.spec import RNNSpec
from rnnshape.calculator.tensors import tensors_of
from rnnshape.contracts.mismatch import mismatch
from rnnshape.errors import LayoutError, SpecError, SpecTypeError
from rnnshape.layout.sizes import Monomial, whole_number
from rnnshape.report.mistake import Mistake

__all__ = ["check_batch", "checked_lengths", "checked_output", "checked_pair", "checked_state", "layer_spec"]


def layer_spec(function: str, layer: nn.Module | RNNSpec, given: object) -> RNNSpec:
    """Return the configuration of a layer that is no cell; what was given beside it is looked at for an error alone."""
    if isinstance(layer, (Tensor, tuple, list)):
        raise SpecTypeError(_layer_first(function, layer, given))
    try:
        spec = layer if isinstance(layer, RNNSpec) else RNNSpec.from_module(layer)
    except SpecTypeError as error:
        raise SpecTypeError(f"{function}: {error}{_inside(function, layer)}") from None
    if spec.cell:
        raise SpecTypeError(f"{function}: {spec.kind} is a cell, of one layer, direction and step: use its state as it is")
    return spec


def _layer_first(function: str, layer: object, given: object) -> str:
    found = f"{function}: {_called(layer)} stands in the place of the layer"
    then = ", and then" if isinstance(given, (nn.Module, RNNSpec)) else " and"
    return f"{found}; the layer comes first{then} its {_takes(function)}: {_call(function, 'rnn')}"


def _inside(function: str, layer: object) -> str:
    """Show the call with the first layer that stands in a model under a name."""
    modules = cast("Iterable[tuple[str, nn.Module]]", layer.named_modules() if isinstance(layer, nn.Module) else ())
    name = next((path for path, module in modules if path.isidentifier() and isinstance(module, nn.RNNBase)), None)
    return f", as in {_call(function, f'model.{name}')}" if name else ""


def _takes(function: str) -> str:
    return "output" if function in ("last_step", "by_direction") else "state"


def _call(function: str, layer: str) -> str:
    return f"{function}({layer}, {'output' if _takes(function) == 'output' else 'h_n'})"


# States


def checked_pair(spec: RNNSpec, function: str, pair: Sequence[object]) -> tuple[Tensor, Tensor]:
    """Return h_n and c_n of an LSTM."""
    if not spec.has_cell_state:
        raise SpecTypeError(f"{function}: h_n is {_called(pair)}, expected the one tensor that is the state of {spec.kind}")
    if len(pair) != 2:
        raise SpecTypeError(f"{function}: h_n is {_called(pair)}, expected h_n or the pair (h_n, c_n)")
    h_n = checked_state(spec, function, "h_n", pair[0], (spec.state_size,))
    return h_n, checked_state(spec, function, "c_n", pair[1], (spec.hidden_size,))


def checked_state(spec: RNNSpec, function: str, name: str, state: object, widths: tuple[int, ...]) -> Tensor:
    """Return a state that has the rows of this layer, and one of these widths."""
    if not isinstance(state, Tensor):
        raise SpecTypeError(f"{function}: {name} is {_called(state)}, expected the tensor that the layer returned")
    if state.dim() not in (2, 3) or state.size(0) != spec.num_layers * spec.directions or state.size(-1) not in widths:
        _refuse_state(spec, function, name, tuple(state.shape))
    return state


def _refuse_state(spec: RNNSpec, function: str, name: str, got: tuple[int, ...]) -> NoReturn:
    prediction = tensors_of(spec, None if len(got) == 2 else Monomial(1, ("batch",)), 1)
    expected = prediction.c_n if name == "c_n" and prediction.c_n is not None else prediction.h_n
    names, rows, width = expected.names, expected.sizes[0], expected.sizes[-1]
    wrong: tuple[int, ...] = ()
    if len(got) not in (2, 3):
        fact = f"has {text.count(len(got), 'dim')}, expected 3, or 2 unbatched"
    elif len(got) == 3 and got[1:] == (rows, width):
        fact, wrong = f"is batch-first, which a state never is: {name}.transpose(0, 1) fits", (0, 1)
    elif spec.bidirectional and got[-1] == 2 * spec.state_size != width:
        fact = f"is as wide as an output, directions*{names[-1]}={got[-1]}: pass {name}, or the output to last_step"
        wrong = (len(got) - 1,)
    elif got[0] != rows:
        fact, wrong = f"axis '{names[0]}' is {got[0]}, expected {rows}: pass it as the layer returned it", (0,)
    else:
        fact = f"axis '{names[-1]}' is {got[-1]}, expected {width}: is it the state of another layer?"
        wrong = (len(got) - 1,)
    mistake = mismatch("RNS103", name, f"{name} {fact}", expected, got, wrong, remark=f"of {spec!r}")
    raise LayoutError(_compared(function, mistake))


# Outputs


def checked_output(spec: RNNSpec, function: str, output: Any, dims: tuple[int, ...] = ()) -> Tensor:
    """Return an output whose last dim is directions*hidden, and whose number of dims is one of these where any are given."""
    if not isinstance(output, Tensor):
        expected = "expected what the layer returned, a tensor or a PackedSequence"
        items = tuple(cast("Sequence[object]", output)) if isinstance(output, (tuple, list)) else ()
        if _is_state(spec, items):
            expected = "which is the state: last_state(rnn, h_n) takes it"
        elif len(items) == 2 and isinstance(items[0], (Tensor, PackedSequence)):
            expected = "expected the first of the two that the layer returned, output, _ = rnn(x)"
        raise SpecTypeError(f"{function}: output is {_called(cast('object', output))}, {expected}")
    got, width = tuple(output.shape), spec.directions * spec.state_size
    if not got or got[-1] != width:
        _refuse_width(spec, function, got)
    if dims and len(got) not in dims:
        expected = text.listed([f"{d}-D" for d in reversed(dims)], "or")
        raise LayoutError(f"{function}: output {text.sizes(got)} has {text.count(len(got), 'dim')}, expected {expected}")
    return output


def _refuse_width(spec: RNNSpec, function: str, got: tuple[int, ...]) -> NoReturn:
    batch = Monomial(1, ("batch",)) if len(got) == 3 else None
    expected = tensors_of(spec, batch, Monomial(1, ("seq",))).output
    axis, width = expected.names[-1], expected.sizes[-1]
    found = f"is {got[-1]}" if got else "is missing"
    edit = "pass the layer's own output"
    if spec.bidirectional and got and got[-1] == spec.state_size:
        rows = spec.num_layers * spec.directions
        edit = "that is one direction; pass both"
        if function == "last_step" and got[0] == rows:
            edit = f"that is one direction, or h_n with its {rows} rows; pass both directions, or h_n to last_state"
    fact = f"output axis '{axis}' {found}, expected {width}: {edit}"
    wrong = (len(got) - 1,) if got else ()
    raise LayoutError(_compared(function, mismatch("RNS114", "output", fact, expected, got, wrong, remark=f"of {spec!r}")))


def _is_state(spec: RNNSpec, items: tuple[object, ...]) -> bool:
    """Tell whether what was given for an output is the pair (h_n, c_n), by its rows."""
    rows = spec.num_layers * spec.directions
    return spec.has_cell_state and len(items) == 2 and all(isinstance(i, Tensor) and i.shape[:1] == (rows,) for i in items)


def checked_lengths(spec: RNNSpec, output: Tensor, lengths: Any) -> Tensor:
    """Return the lengths on the device of the output; their values are looked at where nothing has to wait for them."""
    sizes = text.sizes(tuple(output.shape))
    if output.dim() == 2:
        raise LayoutError(f"last_step: output {sizes} is unbatched and has no lengths: cut it, output[:length]")
    try:
        counts = lengths if isinstance(lengths, Tensor) else torch.tensor(lengths)
    except (TypeError, ValueError, RuntimeError):
        raise SpecTypeError(f"last_step: lengths is {_called(lengths)}, expected a tensor or a list of integers") from None
    if counts.is_floating_point() or counts.is_complex() or counts.dtype is torch.bool:
        dtype = str(counts.dtype).removeprefix("torch.")
        raise SpecTypeError(f"last_step: lengths are {dtype}, expected integers: lengths.long() fits")
    dim = 0 if spec.batch_first else 1
    samples, steps = output.size(dim), output.size(1 - dim)
    if counts.dim() != 1 or counts.size(0) != samples:
        where = f"from dim {dim} of output {sizes}, since batch_first={spec.batch_first}"
        raise LayoutError(f"last_step: lengths is {text.sizes(tuple(counts.shape))}, expected ({samples},) {where}")
    if type(counts) is Tensor and counts.device.type == "cpu" and is_judged_here():
        steps_of = cast("list[int]", counts.tolist())  # pyright: ignore[reportUnknownMemberType]
        for sample, length in enumerate(steps_of):
            if not 1 <= length <= steps:
                expected = f"expected 1 to {steps}, the steps of output {sizes}"
                raise LayoutError(f"last_step: the length of sample {sample} is {length}, {expected}")
    return counts.to(output.device)


# The rest


def check_batch(spec: RNNSpec, batch: Any) -> None:
    """Refuse what is no number of samples."""
    if isinstance(batch, Tensor):
        dim = 0 if spec.batch_first or spec.cell else 1
        raise SpecTypeError(f"initial_state: batch is {_called(batch)}, expected a number of samples, size({dim}) of the input")
    if batch is not None and not isinstance(batch, torch.SymInt) and whole_number(batch) is None:
        raise SpecTypeError(f"initial_state: batch={batch!r}: a number of samples is needed, or None for unbatched input")
    if batch is not None and batch < 0:
        raise SpecError(f"initial_state: batch={batch}: 0 or more is needed")


def _compared(function: str, mistake: Mistake) -> str:
    return f"{function}: {mistake.message}\n{mistake.comparison}"


def _called(value: object) -> str:
    if isinstance(value, Tensor):
        return f"a tensor {text.sizes(tuple(value.shape))}"
    if isinstance(value, (tuple, list)) and not isinstance(value, PackedSequence):
        items = cast("Sequence[object]", value)
        return f"{text.a(type(items).__name__)} of {text.listed(map(_called, items)) or 'nothing'}"
    return "None" if value is None else text.a(type(value).__name__)
