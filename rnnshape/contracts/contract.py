"""The contract of a recurrent layer: what its arguments and results must be, and how a real call differs.

The demands are those of ``forward`` in torch/nn/modules/rnn.py; an exhaustive test holds them against it. A check returns what
is wrong as `Mistake` objects and never raises. Nothing here imports torch: a tensor is its sizes, dtype and device.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from rnnshape import text
from rnnshape.calculator.spec import RNNSpec
from rnnshape.calculator.tensors import Tensors, tensors_of
from rnnshape.contracts.mismatch import mismatch
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Monomial
from rnnshape.report.mistake import Mistake

__all__ = [
    "Argument",
    "Call",
    "Given",
    "Other",
    "Packed",
    "check_call",
    "check_result",
    "packed_rows",
    "predicted",
    "unstacked",
]


class Given(NamedTuple):
    """A tensor, as far as a contract is concerned."""

    sizes: tuple[int, ...]
    dtype: str = "float32"
    device: str = "cpu"


class Packed(NamedTuple):
    """A PackedSequence."""

    data: Given
    batch: int
    steps: int


class Other(NamedTuple):
    """Anything else: its type, and its items where it is a tuple or a list."""

    type: str
    items: tuple[Argument, ...] = ()


Argument = Given | Packed | Other


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a recurrent layer.

    Attributes:
        input: the first argument.
        state: ``hx``, or None.
        weight: a weight of the layer, for dtype and device; None where there is none to look at.
        autocast: whether torch chooses the dtypes itself.
        default_dtype: of a tensor that is made without one.
    """

    input: Argument
    state: Argument | None = None
    weight: Given | None = None
    autocast: bool = False
    default_dtype: str = "float32"


def predicted(spec: RNNSpec, call: Call) -> Tensors | None:
    """Return the Layouts for a call's batch and steps, None where its input has the wrong rank or kind."""
    given = call.input
    if isinstance(given, Packed):
        return tensors_of(spec, given.batch, given.steps) if len(given.data.sizes) == 2 and not spec.cell else None
    if isinstance(given, Other):
        return None
    sizes = given.sizes
    if spec.cell:
        return tensors_of(spec, sizes[0] if len(sizes) == 2 else None, None) if len(sizes) in (1, 2) else None
    if len(sizes) == 2:
        return tensors_of(spec, None, sizes[0])
    if len(sizes) != 3:
        return None
    batch, seq = (sizes[0], sizes[1]) if spec.batch_first else (sizes[1], sizes[0])
    return tensors_of(spec, batch, seq)


@lru_cache(maxsize=4096)
def check_call(spec: RNNSpec, call: Call) -> tuple[Mistake, ...]:
    """Return every way in which a call breaks the contract, in a fixed order: input, then states."""
    return tuple(_remarked(spec, m) for m in (*_input(spec, call), *_states(spec, unstacked(spec, call))))


def _remarked(spec: RNNSpec, mistake: Mistake) -> Mistake:
    """Say beside the expected sizes what batch_first has to do with them."""
    compared = mistake.comparison
    if compared is None or spec.cell:
        return mistake
    if mistake.subject in ("input", "output"):
        remark = f"batch_first={spec.batch_first}"
    else:
        remark = "a state is never batch-first" if spec.batch_first else ""
    return replace(mistake, comparison=replace(compared, remark=remark))


def unstacked(spec: RNNSpec, call: Call) -> Call:
    """Return the call with a pair of states where an unbatched LSTM has both in one tensor: torch reads hx[0] and hx[1]."""
    state, given = call.state, call.input
    unbatched = isinstance(given, Given) and len(given.sizes) == (1 if spec.cell else 2)
    if spec.has_cell_state and unbatched and isinstance(state, Given) and state.sizes[:1] == (2,):
        return replace(call, state=Other("tuple", (state._replace(sizes=state.sizes[1:]),) * 2))
    return call


def _input(spec: RNNSpec, call: Call) -> Iterator[Mistake]:
    given = call.input
    if isinstance(given, Other):
        yield _no_tensor(spec, given)
        return
    if isinstance(given, Packed):
        if spec.cell:
            fact = f"input is a PackedSequence, and a cell takes one step; use nn.{spec.kind[:-4]}"
            yield mismatch("RNS113", "input", fact)
            return
        sizes, rank, expected = given.data.sizes, (2,), Layout.of(("packed", "packed"), ("feature", spec.input_size))
        tensor, what = given.data, "input data"
    else:
        sizes, rank, tensor, what = given.sizes, ((1, 2) if spec.cell else (2, 3)), given, "input"
        batched = len(sizes) != rank[0]
        batch, seq = Monomial(1, ("batch",)) if batched else None, None if spec.cell else Monomial(1, ("seq",))
        expected = tensors_of(spec, batch, seq).input
    if len(sizes) not in rank:
        fact = f"{what} has {text.count(len(sizes), 'dim')}, expected {text.listed([f'{r}-D' for r in rank], 'or')}"
        yield mismatch("RNS101", "input", fact, expected, sizes)
        return
    if sizes[-1] != spec.input_size:
        fact = f"{what} axis 'feature' is {sizes[-1]}, expected input_size={spec.input_size}"
        yield mismatch("RNS102", "input", fact, expected, sizes, (len(sizes) - 1,))
    if "seq" in expected.names and sizes[dim := expected.names.index("seq")] == 0:
        yield mismatch("RNS115", "input", "input axis 'seq' is 0, expected 1 or more", expected, sizes, (dim,))
    elif "seq" in expected.names and len(sizes) == 2 and sizes[-1] == spec.input_size and call.state is None:
        fact = f"input of 2 dims is read as one unbatched sequence of {text.count(sizes[0], 'step')}"
        yield mismatch("RNS112", "input", fact, expected, sizes)
    if call.weight is not None:
        yield from _placement(call, "input", tensor, call.weight)


def _no_tensor(spec: RNNSpec, given: Other) -> Mistake:
    if given.type in ("tuple", "list"):
        return mismatch("RNS113", "input", f"input is {_kinds(given)}, expected a tensor")
    packed = "" if spec.cell else " or a PackedSequence"
    return mismatch("RNS113", "input", f"input is {_kind(given)}, expected a tensor{packed}")


def _kind(given: Argument) -> str:
    if isinstance(given, Given):
        return f"a tensor {text.sizes(given.sizes)}"
    if isinstance(given, Packed):
        return "a PackedSequence"
    return "None" if given.type == "NoneType" else text.a(given.type)


def _kinds(given: Argument) -> str:
    """Describe an argument, and what is in it."""
    if isinstance(given, Other) and given.type in ("tuple", "list"):
        return f"{text.a(given.type)} of {text.listed(map(_kind, given.items)) or 'nothing'}"
    return _kind(given)


def _states(spec: RNNSpec, call: Call) -> Iterator[Mistake]:
    state = call.state
    if state is None:
        return
    names = ("h_0", "c_0") if spec.has_cell_state else ("h_0",)
    if spec.has_cell_state:
        items = state.items if isinstance(state, Other) else ()
        if len(items) != 2 or not all(isinstance(i, Given) for i in items):
            yield mismatch("RNS108", "hx", f"hx is {_kinds(state)}, expected the pair (h_0, c_0)")
            return
    elif isinstance(state, Given):
        items = (state,)
    else:
        yield mismatch("RNS109", "hx", f"hx is {_kinds(state)}, expected the one tensor h_0")
        return
    expected = predicted(spec, call)
    if expected is None:
        return
    found: list[list[Mistake]] = []
    for name, item in zip(names, items, strict=True):
        layout = expected.c_0 if name == "c_0" else expected.h_0
        if isinstance(item, Given) and layout is not None:
            found.append(list(_state(spec, call, name, item, layout)))
    same = len(items) == 2 and items[0] == items[1] and expected.h_0 == expected.c_0
    if same and isinstance(items[0], Given):
        yield from _state(spec, call, "h_0 and c_0", items[0], expected.h_0)
    else:
        for mistakes in found:
            yield from mistakes


def _state(spec: RNNSpec, call: Call, name: str, state: Given, layout: Layout) -> Iterator[Mistake]:
    got, wanted = state.sizes, layout.sizes
    is_, has = ("are", "have") if " and " in name else ("is", "has")
    if len(got) != len(wanted):
        batched = "batched" if "batch" in layout.names else "unbatched"
        fact = f"{name} {has} {text.count(len(got), 'dim')}, expected {len(wanted)} for {batched} input"
        yield mismatch("RNS105", name, fact, layout, got, reasons=_reasons(spec, call, layout))
    elif got != wanted:
        if len(got) == 3 and got == (wanted[1], wanted[0], wanted[2]):
            fact = f"{name} {is_} batch-first, expected {text.sizes(wanted)}; a state never is, whatever batch_first says"
            yield mismatch("RNS104", name, fact, layout, got, (0, 1), _reasons(spec, call, layout))
        else:
            for dim in (d for d in range(len(got)) if got[d] != wanted[d]):
                yield _state_axis(spec, call, name, got, layout, dim)
    if call.weight is not None:
        yield from _placement(call, name, state, call.weight)


def _state_axis(spec: RNNSpec, call: Call, name: str, got: tuple[int, ...], layout: Layout, dim: int) -> Mistake:
    axis = layout.names[dim]
    code = {"batch": "RNS106", "hidden": "RNS107", "proj": "RNS107"}.get(axis, "RNS103")
    fact = f"{name} axis '{axis}' is {got[dim]}, expected {layout.sizes[dim]}"
    if code == "RNS103":
        forgotten = ["2 directions"] if spec.bidirectional and got[dim] == spec.num_layers else []
        if spec.num_layers > 1 and got[dim] == spec.directions:
            forgotten.append(f"{spec.num_layers} layers")
        if forgotten:
            fact += f"; the {text.listed(forgotten, 'or')} are forgotten"
    elif code == "RNS107":
        fact = f"{name} axis '{axis}' is {got[dim]}, expected {_source(spec, call, axis)}"
    return mismatch(code, name, fact, layout, got, (dim,), _reasons(spec, call, layout))


def _reasons(spec: RNNSpec, call: Call, layout: Layout) -> tuple[str, ...]:
    words = zip(layout.names, layout.sizes, strict=True)
    return tuple(f"{axis}={size} from {_source(spec, call, axis)}" for axis, size in words)


def _source(spec: RNNSpec, call: Call, axis: str) -> str:
    """Say what bound the size of an axis of a state."""
    if axis == "batch":
        if isinstance(call.input, Packed):
            return "the packed input"
        assert isinstance(call.input, Given)
        dim = 0 if spec.cell or spec.batch_first else 1
        flag = "" if spec.cell else f", since batch_first={spec.batch_first}"
        return f"dim {dim} of the input {text.sizes(call.input.sizes)}{flag}"
    if axis == "hidden":
        return f"hidden_size={spec.hidden_size}"
    if axis == "proj":
        return f"proj_size={spec.proj_size}"
    return f"num_layers={spec.num_layers}" + (" x 2 directions" if spec.bidirectional else "")


def _placement(call: Call, name: str, given: Given, weight: Given) -> Iterator[Mistake]:
    subject, weights = f"{name} {'are' if ' and ' in name else 'is'}", "of the layer's weights"
    if given.dtype != weight.dtype and not call.autocast:
        yield mismatch("RNS110", name, f"{subject} {given.dtype}, expected {weight.dtype}, the dtype {weights}")
    if given.device != weight.device:
        yield mismatch("RNS111", name, f"{subject} on {given.device}, expected {weight.device}, the device {weights}")


def check_result(spec: RNNSpec, call: Call, result: Argument) -> tuple[Mistake, ...] | None:
    """Return every way in which a layer's result breaks the contract.

    A result of another structure than torch's is a contract of its own, which nobody stated: it is not judged, and None is
    returned.
    """
    expected = predicted(spec, call)
    if expected is None:
        return None
    found: list[tuple[str, Given, Layout | None]]
    match spec.cell, spec.has_cell_state, result:
        case True, False, Given():
            found = [("h_1", result, expected.h_n)]
        case True, True, Other("tuple", (Given() as h, Given() as c)):
            found = [("h_1", h, expected.h_n), ("c_1", c, expected.c_n)]
        case False, False, Other("tuple", (output, Given() as h)):
            found = [*_output(call, output, expected.output), ("h_n", h, expected.h_n)]
        case False, True, Other("tuple", (output, Other("tuple", (Given() as h, Given() as c)))):
            found = [*_output(call, output, expected.output), ("h_n", h, expected.h_n), ("c_n", c, expected.c_n)]
        case _:
            return None
    wrong = [_result(name, got.sizes, want) for name, got, want in found if want is not None and got.sizes != want.sizes]
    return tuple(_remarked(spec, mistake) for mistake in wrong)


def _output(call: Call, output: Argument, layout: Layout) -> Iterator[tuple[str, Given, Layout]]:
    """Yield the output, where it is packed if and only if the input is; else it is nothing that torch promises."""
    if isinstance(output, Given) and isinstance(call.input, Given):
        yield "output", output, layout
    elif isinstance(output, Packed) and isinstance(call.input, Packed):
        yield "output data", output.data, packed_rows(call.input, layout)


def packed_rows(packed: Packed, layout: Layout) -> Layout:
    """Return the Layout of the data of a PackedSequence, given that of the padded tensor."""
    return Layout((*Layout.of(("packed", packed.data.sizes[0])).dims, layout.dims[-1]))


def _result(name: str, sizes: tuple[int, ...], layout: Layout) -> Mistake:
    argument = name.split()[0]
    if len(sizes) != layout.ndim:
        fact = f"{name} has {text.count(len(sizes), 'dim')}, expected {layout.ndim}"
        return mismatch("RNS114", argument, fact, layout, sizes)
    wrong = tuple(d for d in range(len(sizes)) if sizes[d] != layout.sizes[d])
    axes = text.listed(f"'{layout.names[d]}' is {sizes[d]}" for d in wrong)
    fact = f"{name} axis {axes}, expected {text.listed(layout.sizes[d] for d in wrong)}"
    return mismatch("RNS114", argument, fact, layout, sizes, wrong)
