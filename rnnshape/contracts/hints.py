"""Edits that mend a mistake. Each is tried on the sizes of the call, and only one that the contract accepts is returned.

That an edit fits says that the sizes come out right. Where more than one would, none is offered.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache

from rnnshape import text
from rnnshape.calculator.spec import RNNSpec
from rnnshape.contracts.contract import Argument, Call, Given, Other, Packed, check_call, predicted, unstacked
from rnnshape.report.mistake import Mistake

__all__ = ["suggest"]

_INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "bool")


@lru_cache(maxsize=1024)
def suggest(spec: RNNSpec, call: Call, mistake: Mistake, computed: bool = False) -> str | None:
    """Return the edit that mends this mistake and brings no other; None if no edit is known to.

    Args:
        spec: the layer's.
        call: as it was made.
        mistake: what is wrong with it.
        computed: whether the state comes out of a computation, as an encoder's does: then a new one would leave that out.
    """
    call = unstacked(spec, call)
    before = check_call(spec, call)
    if mistake.subject != "input" and any(m.code in ("RNS101", "RNS102") for m in before):
        return None  # what the state should be is read off the input
    known = {_told(m) for m in before}
    candidates = _for_input(spec, call, mistake) if mistake.subject == "input" else _for_state(spec, call, mistake, computed)
    for hint, edited in candidates:
        after = check_call(spec, edited)
        mended = mistake.code not in {m.code for m in after if m.subject == mistake.subject}
        if mended and len(after) < len(before) and known.issuperset(map(_told, after)):
            return hint
    return None


def _told(mistake: Mistake) -> tuple[str, str, str]:
    return mistake.code, mistake.subject, mistake.message


def _for_input(spec: RNNSpec, call: Call, mistake: Mistake) -> Iterator[tuple[str, Call]]:
    given = call.input
    if isinstance(given, Other):
        if given.items:
            yield "input[0] fits", replace(call, input=given.items[0])
        return
    if isinstance(given, Packed):
        return
    sizes = given.sizes
    if mistake.code == "RNS110":
        if given.dtype in _INTEGERS and len(sizes) in (1, 2):
            embedded = given._replace(sizes=(*sizes, spec.input_size), dtype=call.weight.dtype if call.weight else given.dtype)
            yield f"token ids go through nn.Embedding(..., {spec.input_size}) first", replace(call, input=embedded)
        if call.weight is not None:
            yield f"input.to(torch.{call.weight.dtype}) fits", replace(call, input=given._replace(dtype=call.weight.dtype))
    elif mistake.code == "RNS111" and call.weight is not None:
        yield f"input.to({call.weight.device!r}) fits", replace(call, input=given._replace(device=call.weight.device))
    elif mistake.code == "RNS112":
        dim = 1 if spec.batch_first else 0
        fit = (*sizes[:dim], 1, *sizes[dim:])
        hint = f"for {text.count(sizes[0], 'sample')} of one step: input.unsqueeze({dim})"
        yield hint, replace(call, input=given._replace(sizes=fit))
    else:
        yield from _other_sizes(spec, call, given)


def _other_sizes(spec: RNNSpec, call: Call, given: Given) -> Iterator[tuple[str, Call]]:
    sizes = given.sizes
    last = len(sizes) - 1
    right = [d for d, s in enumerate(sizes) if s == spec.input_size]
    if given.dtype in _INTEGERS:
        embedded = given._replace(sizes=(*sizes, spec.input_size), dtype=call.weight.dtype if call.weight else given.dtype)
        yield f"token ids go through nn.Embedding(..., {spec.input_size}) first", replace(call, input=embedded)
    elif len(right) == 1 and right[0] != last and last < 3:
        swapped = list(sizes)
        swapped[right[0]], swapped[last] = sizes[last], sizes[right[0]]
        where = f"the axis of size {spec.input_size} is at dim {right[0]}"
        edited = replace(call, input=given._replace(sizes=tuple(swapped)))
        yield f"{where}: input.transpose({right[0]}, {last}) fits", edited
    elif spec.input_size == 1 and last < 2:
        yield "input.unsqueeze(-1) fits", replace(call, input=given._replace(sizes=(*sizes, 1)))
    ones = [d for d, s in enumerate(sizes) if s == 1]
    if len(sizes) > (2 if spec.cell else 3) and len(ones) == 1:
        rest = tuple(s for d, s in enumerate(sizes) if d != ones[0])
        yield f"input.squeeze({ones[0]}) fits", replace(call, input=given._replace(sizes=rest))


def _for_state(spec: RNNSpec, call: Call, mistake: Mistake, computed: bool) -> Iterator[tuple[str, Call]]:
    state, expected = call.state, predicted(spec, call)
    if mistake.code == "RNS109" and isinstance(state, Other) and state.items:
        yield "hx[0] fits", replace(call, state=state.items[0])
    if mistake.code == "RNS108" and isinstance(state, Given):
        yield "(h_0, torch.zeros_like(h_0)) fits", replace(call, state=Other("tuple", (state, state)))
    turned = _turned(spec, call) if mistake.code == "RNS106" else None
    name, _, other = mistake.subject.partition(" and ")
    layout = expected and (expected.c_0 if name == "c_0" else expected.h_0)
    item = state if isinstance(state, Given) else _item(state, name)
    if isinstance(item, Given) and layout is not None:
        wanted = tuple(s for s in layout.sizes if isinstance(s, int))
        for edit, edited in _for_item(spec, call, mistake.code, name, item, wanted, computed):
            likewise = f", and likewise for {other}" if other else ""
            hint = f"{edit} fits{likewise}"
            yield f"{turned[0]}; else {hint}" if turned else hint, _with_state(call, mistake.subject, edited)
    if turned:
        yield turned


def _turned(spec: RNNSpec, call: Call) -> tuple[str, Call] | None:
    """Return the input the other way round; None where the state would fit no better."""
    if not isinstance(call.input, Given) or len(call.input.sizes) != 3:
        return None
    a, b, c = call.input.sizes
    turned = replace(call, input=call.input._replace(sizes=(b, a, c)))
    hint = f"if the input is {_other_order(spec)}: input.transpose(0, 1) fits"
    return None if check_call(spec, turned) else (hint, turned)


def _for_item(
    spec: RNNSpec, call: Call, code: str, name: str, item: Given, wanted: tuple[int, ...], computed: bool
) -> Iterator[tuple[str, Given]]:
    """Yield edits of one state."""
    got, right = item.sizes, item._replace(sizes=wanted)
    tensor, data = (call.input.data, "input.data") if isinstance(call.input, Packed) else (call.input, "input")
    if code == "RNS104":
        yield f"{name}.transpose(0, 1)", item._replace(sizes=(got[1], got[0], got[2]))
    elif code == "RNS110" and isinstance(tensor, Given) and call.weight is not None:
        yield f"{name}.to({data}.dtype)", item._replace(dtype=tensor.dtype)
        yield f"{name}.to(torch.{call.weight.dtype})", item._replace(dtype=call.weight.dtype)
    elif code == "RNS111" and isinstance(tensor, Given) and call.weight is not None:
        yield f"{name}.to({data}.device)", item._replace(device=tensor.device)
        yield f"{name}.to({call.weight.device!r})", item._replace(device=call.weight.device)
    elif code in ("RNS103", "RNS105", "RNS106", "RNS107"):
        for dim in range(len(wanted)):
            if (*got[:dim], 1, *got[dim:]) == wanted:
                yield f"{name}.unsqueeze({dim})", right
        for dim in range(len(got)):
            if got[dim] == 1 and (*got[:dim], *got[dim + 1 :]) == wanted:
                yield f"{name}.squeeze({dim})", right
        if computed:
            return
        built = [str(size) for size in wanted]
        if code == "RNS106" and data == "input":
            built[-2] = f"input.size({0 if spec.cell or spec.batch_first else 1})"
        yield f"torch.zeros({', '.join(built)})", Given(wanted, call.default_dtype)
        yield f"{name}.new_zeros({', '.join(built)})", right


def _other_order(spec: RNNSpec) -> str:
    return "(seq, batch, feature)" if spec.batch_first else "(batch, seq, feature)"


def _item(state: Argument | None, name: str) -> Argument | None:
    if isinstance(state, Other) and len(state.items) == 2:
        return state.items[name == "c_0"]
    return None


def _with_state(call: Call, name: str, item: Given) -> Call:
    """Replace one state, or both of a pair."""
    state = call.state
    if isinstance(state, Other) and len(state.items) == 2:
        h, c = state.items
        if " and " in name:
            return replace(call, state=Other(state.type, (item, item)))
        return replace(call, state=Other(state.type, (h, item) if name == "c_0" else (item, c)))
    return replace(call, state=item)
