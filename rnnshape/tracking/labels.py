"""Axes that a caller names, put on the tensors that a model is given."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

from rnnshape import text
from rnnshape._torch import other_kind
from rnnshape.calls import spec_of
from rnnshape.contracts.annotations import Claim
from rnnshape.errors import LayoutError, SpecError
from rnnshape.layout.axes import UNKNOWN, Axis, Dim, Factor, near_role, whole
from rnnshape.layout.binding import solve, substituted
from rnnshape.layout.layout import Layout
from rnnshape.layout.letters import parse_axes
from rnnshape.layout.sizes import Monomial, shown
from rnnshape.tracking.arguments import Argument, Axes, are_names, arguments_of, of_no_argument, unpacked
from rnnshape.tracking.claims import contradiction
from rnnshape.tracking.nesting import Refuse, holds_tensors, nested, refused, single_or_nested
from rnnshape.tracking.numbers import learn_numbers
from rnnshape.tracking.padding import learn_padding

if TYPE_CHECKING:
    from rnnshape.tracking.track import Tracker

__all__ = ["Tell", "claims_of", "label", "label_arguments", "label_call", "tell_of_no_batch"]

NO_BATCH = "axes= names no batch, so whether samples are mixed was not judged; call its dim batch, or b"
"""Why nothing was judged of samples where somebody has named other axes."""

SLIP = "axes= has an axis {0!r} of its own, and none that is {1!r}; if it is that, write {1}"
"""What is said once of a name that is nearly a role."""

SLIP_OF_BATCH = "axes= has an axis {0!r} of its own, and none that is 'batch', so whether samples are mixed was not judged; \
if it is that, write batch"
"""The same of the batch, where nothing else that is named is the batch."""

SLIP_HERE = "axes= has an axis {0!r} of its own here, and 'batch' elsewhere; if it is that, write batch"
"""The same, where another argument has a batch."""

Tell = Callable[[str, str], None]
"""Is given why something that is said of axes was not used, and the argument; empty where it is of none."""


def label_arguments(
    tracker: Tracker, model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], axes: Axes, tell: Tell | None = None
) -> None:
    """Label the arguments of a model's ``forward``. What does not fit is told, and the rest is used.

    Args:
        tracker: which remembers them.
        model: whose ``forward`` is called.
        args: positional arguments.
        kwargs: the others.
        axes: as `rnnshape.diagnose` takes it.
        tell: is told of an entry that does not fit; else the tracker's report is.

    Raises:
        SpecError: where nothing of ``axes`` fits.
    """
    wrong: list[SpecError] = []
    if isinstance(axes, Mapping):
        wrong += of_no_argument(axes, model.forward, "axes")
    arguments = arguments_of(model.forward, args, kwargs)
    said = [
        (argument, _sifted(argument.value, given, f"axes of {argument.name!r}", wrong.append))
        for argument, given in _paired(axes, arguments, wrong.append, is_strict=True)
    ]
    samples = _samples(said)
    said = [(argument, _shared_out(argument.value, given, samples)) for argument, given in said]
    claims = [claim for argument, given in said for claim in _claims(argument.value, given, argument.name)]
    if wrong and not claims:
        raise wrong[0]
    for error in wrong:
        (tell or tracker.book.did_not_look)(f"{_first_line(error)}; the rest of axes= was used", "")
    for argument, given in said:
        label(tracker, argument.value, given, argument.name, f"axes of {argument.name!r}")
    for name, tensor in single_or_nested({argument.name: argument.value for argument in arguments}):
        if tracker.book.mark(tensor) is None:
            label(tracker, tensor, None, name, f"axes of {name!r}")
    tell_of_no_batch(tracker, claims)
    learn_padding(tracker, [(argument.name, argument.value) for argument in arguments])
    learn_numbers(tracker, [argument.value for argument in arguments])


def _sifted(value: Any, given: Any, where: str, refuse: Refuse) -> Any:
    """Return what is said of a value, nested as it is, without what does not fit it."""
    if isinstance(value, Mapping) and isinstance(given, Mapping):
        return {key: _sifted(item, given.get(key), f"{where}[{key!r}]", refuse) for key, item in value.items()}
    if isinstance(value, (tuple, list)) and isinstance(given, (tuple, list)):
        entries = zip(value, given, strict=False)
        return [_sifted(item, entry, f"{where}[{at}]", refuse) for at, (item, entry) in enumerate(entries)]
    if isinstance(value, Tensor) and given is not None and not other_kind(value):
        try:
            _layout(value, given, where)
        except SpecError as error:
            refuse(error)
            return None
    return given


def _samples(said: Sequence[tuple[Argument, Any]]) -> int | None:
    """Return how many samples there are, where a dim of an argument is the batch and nothing else, and all of them agree."""
    found: set[int] = set()
    for argument, given in said:
        for _, tensor, entry in _tensors(argument.value, given, argument.name):
            with contextlib.suppress(LayoutError):
                layout = Layout(_dims(entry))
                fits = layout.ndim == tensor.dim() and not other_kind(tensor)
                dims = zip(layout.names, tensor.shape, strict=False) if fits else ()
                found |= {size for name, size in dims if name == "batch"}
    return found.pop() if len(found) == 1 else None


def _shared_out(value: Any, given: Any, samples: int | None) -> Any:
    """Return what is said of a value, nested as it is, with sizes for the axes of a dim such as ``batch*seq``.

    One number does not tell how two axes share it, and beside the number of samples, which another argument has, it does.
    """
    if isinstance(value, Mapping) and isinstance(given, Mapping):
        return {key: _shared_out(value.get(key), entry, samples) for key, entry in given.items()}
    if isinstance(value, (tuple, list)) and isinstance(given, (tuple, list)):
        several = itertools.zip_longest(value[: len(given)], given)
        return [_shared_out(item, entry, samples) for item, entry in several]
    if samples is None or given is None or not isinstance(value, Tensor) or other_kind(value):
        return given
    try:
        layout = Layout(_dims(given))
        symbols = {s for d in layout.dims for f in d if _is_batch(f) for s in getattr(f.size, "symbols", ())}
        is_shared = any(len(getattr(size, "symbols", ())) > 1 for size in layout.sizes)
        if not is_shared or layout.ndim != value.dim() or len(symbols) != 1:
            return given
        values = solve(layout.dims, value.shape, {symbols.pop(): samples})
        return Layout(substituted(layout.dims, values))
    except LayoutError:
        return given


def _is_batch(factor: Factor) -> bool:
    return isinstance(factor.axis, Axis) and factor.axis.name == "batch"


def _first_line(error: SpecError) -> str:
    return str(error).partition("\n")[0]


def label_call(
    tracker: Tracker, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], axes: Axes, of_any: bool
) -> set[str]:
    """Label the arguments of one call of many. Axes that do not fit it are told to be so, and nothing is raised.

    Args:
        tracker: which remembers them.
        module: whose ``forward`` is called.
        args: positional arguments.
        kwargs: the others.
        axes: as `rnnshape.diagnose` takes it.
        of_any: whether they are of any module that has such arguments; then what does not fit a module without recurrent layers
            is of no interest, nor is what another module has computed.

    Returns:
        The names of the arguments that were named.
    """
    arguments = arguments_of(module.forward, args, kwargs)
    where = tracker.path(module) or type(module).__name__
    concerned = not of_any or any(map(spec_of, module.modules()))

    def refuse(error: SpecError) -> None:
        if concerned:
            tracker.book.did_not_look(_first_line(error), where)

    said = _paired(axes, arguments, refuse)
    samples = _samples(said)
    named: dict[str, list[Claim]] = {}
    for argument, given in said:
        for claim, reason in _fitting(argument, _shared_out(argument.value, given, samples), refuse):
            known = tracker.book.mark(claim.value)
            if of_any and (claim.value.requires_grad or not claim.layout.ndim):
                continue
            if known is not None and (found := contradiction(claim.layout, known)):
                reason = found.fact
            if not reason:
                named.setdefault(argument.name, []).append(claim)
                tracker.inputs.label_further(claim.value, claim.layout, argument.name)
            elif concerned:
                tracker.book.did_not_look(f"axes= does not fit it: {reason}", f"{where}: {claim.name}")
    tell_of_no_batch(tracker, [claim for claims in named.values() for claim in claims])
    return set(named)


def _fitting(argument: Argument, given: Any, refuse: Refuse) -> Iterator[tuple[Claim, str]]:
    """Yield what is said of each tensor in an argument, with the sizes that it has, and why it does not fit, if so."""
    for name, tensor, entry in _tensors(argument.value, given, argument.name):
        try:
            claim = Claim(name, tensor, Layout(_dims(entry)))
        except LayoutError as error:
            refuse(SpecError(f"axes of {name!r}: {error}"))
            continue
        if claim.layout.ndim != tensor.dim():
            named, has = text.count(claim.layout.ndim, "dim"), tensor.dim()  # no sizes: it is said once, whatever they are
            yield claim, f"{str(entry)!r} names {named}, and it has {has}; write {text.count(has, 'name')}"
            continue
        try:
            yield claim._replace(layout=_sized(claim.layout, tensor)), ""
        except LayoutError:
            yield claim, f"the sizes of {str(entry)!r} are not those that it has"


def tell_of_no_batch(tracker: Tracker, said: Sequence[Claim]) -> None:
    """Tell that whoever has named the axes of a call's tensors has named no batch, or has nearly named a role, if so."""
    marks = [tracker.book.mark(claim.value) for claim in said]
    names = {axis.name for claim in said for axis in claim.layout.axes}
    is_known = "batch" in names or any(mark and mark.of("batch") for mark in marks)
    for claim in said:
        slips = [(axis.name, role) for axis in claim.layout.axes if (role := near_role(axis.name))]
        for name, role in slips:
            if slip := _slip(role, {axis.name for axis in claim.layout.axes}, names, is_known):
                tracker.book.did_not_look(slip.format(name, role), claim.name)
        if not is_known and all(role != "batch" for _, role in slips):
            tracker.book.did_not_look(NO_BATCH, f"{claim.name} ({', '.join(claim.layout.names)})")


def _slip(role: str, here: set[str], everywhere: set[str], is_known: bool) -> str | None:
    """Return what is said of a name that is nearly a role, if no axis has that, or none of its argument is the batch."""
    if role in here or (role in everywhere and role != "batch"):
        return None
    if role in everywhere:
        return SLIP_HERE
    return SLIP if role != "batch" or is_known else SLIP_OF_BATCH


def claims_of(axes: Axes, arguments: Sequence[Argument]) -> Iterator[Claim]:
    """Yield what ``axes`` says of each tensor in the arguments of a call.

    Args:
        axes: as `rnnshape.diagnose` takes it.
        arguments: of the call.

    Raises:
        SpecError: where ``axes`` cannot be read, or has more entries than there are arguments.
    """
    for argument, given in _paired(axes, arguments):
        yield from _claims(argument.value, given, argument.name)


def _claims(value: Any, given: Any, name: str) -> Iterator[Claim]:
    for tensor_name, tensor, entry in _tensors(value, given, name):
        try:
            yield Claim(tensor_name, tensor, Layout(_dims(entry)))
        except LayoutError as error:
            raise SpecError(f"axes of {tensor_name!r}: {error}") from None


def _tensors(value: Any, given: Any, name: str) -> Iterator[tuple[str, Tensor, Any]]:
    """Yield the name of each tensor in an argument of which something is said, the tensor, and that."""
    if isinstance(value, Mapping) and isinstance(given, Mapping):
        for key, item in value.items():
            yield from _tensors(item, given.get(key), f"{name}[{key!r}]")
    elif isinstance(value, (tuple, list)) and isinstance(given, (tuple, list)):
        for number, (item, entry) in enumerate(zip(value, given, strict=False)):
            yield from _tensors(item, entry, f"{name}[{number}]")
    elif isinstance(value, Tensor) and given is not None:
        yield name, value, given


def _dims(given: Any) -> tuple[Dim, ...]:
    if isinstance(given, (str, Layout)):
        return parse_axes(given).dims
    if not isinstance(given, Sequence):
        raise LayoutError(f"{shown(given)} is no Layout; write one such as 'batch seq feature', or a tuple of names")
    for name in given:
        if name is not None and Layout.parse(str(name)).ndim != 1:
            raise LayoutError(f"{name!r} is not the name of one dim, and it is one tensor; give it one Layout")
    return parse_axes(" ".join("?=_" if name is None else str(name) for name in given)).dims


def _paired(
    axes: Axes, arguments: Sequence[Argument], refuse: Refuse = refused, *, is_strict: bool = False
) -> list[tuple[Argument, Any]]:
    """Return the arguments of a call, each with what is said of it, nested as it is.

    Args:
        axes: as `rnnshape.diagnose` takes it.
        arguments: of the call.
        refuse: is told of an entry that fits no argument, or of which it is not known to which tensor in it it belongs; where
            it does not raise, that is left out.
        is_strict: whether more entries than arguments are refused.
    """
    axes = unpacked(axes)
    if axes is None:
        return [(argument, None) for argument in arguments]
    if isinstance(axes, Mapping):
        return [_said(argument, axes.get(argument.name), refuse) for argument in arguments]
    tensors = [argument for argument in arguments if isinstance(argument.value, Tensor)]
    if isinstance(axes, (str, Layout)):
        first = next(iter(tensors or [a for a in arguments if holds_tensors(a.value)]), None)
        return [_said(argument, axes if argument is first else None, refuse) for argument in arguments]
    entries = list(axes)
    if are_names(entries) and len(tensors) == 1 and len(entries) == tensors[0].value.dim():
        return [(argument, tuple(entries) if argument is tensors[0] else None) for argument in arguments]
    most = max((argument.place + 1 for argument in arguments), default=0)
    if is_strict and len(entries) > most:
        has, of = text.count(len(entries), "entry", "entries"), text.count(len(arguments), "argument")
        refuse(SpecError(f"axes has {has} for {of}"))
    return [_said(a, entries[a.place] if a.place < len(entries) else None, refuse) for a in arguments]


def _said(argument: Argument, given: Any, refuse: Refuse) -> tuple[Argument, Any]:
    """Return an argument with what is said of it, nested as it is; a single Layout is said of the one tensor in it."""
    return argument, nested(argument.value, given, f"axes of {argument.name!r}", refuse)


def label(tracker: Tracker, value: Any, given: Any, of: str, where: str, target: bool = False) -> None:
    """Label a value, nested or not.

    Args:
        tracker: which remembers it.
        value: a tensor, a mapping or a tuple of such, or anything else.
        given: what its axes are, nested likewise.
        of: tells its axes apart from those of other arguments.
        where: names the value in an error.
        target: whether it is the target of a loss.
    """
    if isinstance(value, Tensor) and (kind := other_kind(value)):
        tracker.book.is_of_other_kind(of, kind)
    elif isinstance(value, Tensor):
        if given is not None or target:
            tracker.inputs.label(value, _layout(value, given, where), of, target)
        elif not value.requires_grad:
            tracker.inputs.label_unnamed(value, of)
    elif isinstance(value, Mapping) and isinstance(given, Mapping):
        for key, item in value.items():
            label(tracker, item, given.get(key), f"{of}.{key}", f"{where}[{key!r}]", target)
    elif isinstance(value, (tuple, list)) and isinstance(given, (tuple, list)):
        for number, (item, entry) in enumerate(zip(value, given, strict=False)):
            label(tracker, item, entry, f"{of}.{number}", f"{where}[{number}]", target)


def _layout(tensor: Tensor, given: Any, where: str) -> Layout:
    """Read an entry, and give its names the sizes of the tensor."""
    if given is None:
        return Layout(tuple((whole(UNKNOWN, s),) for s in tensor.shape))
    try:
        parts = _dims(given)
    except LayoutError as error:
        raise SpecError(f"{where}: {error}") from None
    if len(parts) != tensor.dim():
        named, wanted = text.count(len(parts), "dim"), text.count(tensor.dim(), "name")
        raise SpecError(f"{where}: {str(given)!r} names {named}, and the tensor is {text.sizes(tensor.shape)}; write {wanted}")
    try:
        return _sized(Layout(parts), tensor)
    except LayoutError as error:
        raise SpecError(f"{where}: {error}") from None


def _sized(layout: Layout, tensor: Tensor) -> Layout:
    """Give names the sizes of a tensor of as many dims.

    Raises:
        LayoutError: where it states other sizes.
    """
    sizes = tuple(tensor.shape)
    dims = [_bound(part, size) for part, size in zip(layout.dims, sizes, strict=True)]
    return Layout(tuple(part if dim is None else dim for part, dim in zip(layout.dims, dims, strict=True))).bind(sizes)


def _bound(part: Dim, size: int) -> Dim | None:
    """Give one dim the size of a tensor; None where it states another one."""
    alone = Layout((part,))
    stated = alone.sizes[0]
    if isinstance(stated, Monomial) and len(stated.symbols) > 1:
        return (whole(UNKNOWN, size),)  # one number does not tell how two axes share it
    try:
        return alone.bind((size,)).dims[0]
    except LayoutError:
        return None


