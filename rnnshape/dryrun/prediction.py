"""`predict_model`: a model's own ``forward`` on tensors without elements, and everything that it shows."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, cast

import torch
from torch import nn

from rnnshape import _torch, text
from rnnshape.calculator.model import ModelPrediction
from rnnshape.calculator.tensors import tensors_of
from rnnshape.calls import spec_of
from rnnshape.dryrun.combining import Combined
from rnnshape.dryrun.descriptions import Description, described, nested, symbols_of
from rnnshape.dryrun.featureless import without_features
from rnnshape.dryrun.running import NeedsWholeNumbersError, Request, Run, is_unknowable, run
from rnnshape.dryrun.solving import Solver
from rnnshape.errors import RNNShapeError, SpecError, SpecTypeError
from rnnshape.layout.axes import ROLES
from rnnshape.layout.sizes import Total, shown, whole_number
from rnnshape.operations.registry import Args, Kwargs
from rnnshape.report.catalogue import checked_codes
from rnnshape.report.settings import ignored_codes
from rnnshape.rules.failure import add_batch_of_one

if TYPE_CHECKING:
    from rnnshape.session import Session

__all__ = ["predict_model"]


def predict_model(
    model: nn.Module,
    args: Args,
    kwargs: Kwargs,
    *,
    session: Callable[[nn.Module, Sequence[str]], Session],
    target: object = None,
    loss: Callable[..., object] | None = None,
    ignore: Iterable[str] = (),
) -> ModelPrediction:
    """Predict every call of every module of a model.

    Args:
        model: the model, in the mode (train or eval) that it is to be predicted in. It is only read.
        args: what its ``forward`` takes, with a Layout string in the place of each tensor.
        kwargs: keyword arguments, likewise.
        session: returns what follows and watches one run of the model, with codes that are not reported.
        target: what the loss compares the output with, likewise.
        loss: called as ``loss(output, target)``.
        ignore: codes that are not reported.

    Raises:
        SpecError: where an input cannot be read, or the model does not take it.
        RNNShapeError: where the model cannot be run without elements.
    """
    model = getattr(model, "_orig_mod", model)
    _refuse_compiled(model)
    names, strings = _bound_names(model, args, kwargs), _strings(model)
    request = Request(
        model,
        tuple(v if name in strings or _are_words(v) else described(v, name) for name, v in zip(names, args, strict=True)),
        {name: v if name in strings or _are_words(v, is_named=True) else described(v, name) for name, v in kwargs.items()},
        session,
        described(target, "target"),
        loss,
        (*checked_codes(ignore), *ignored_codes()),
    )
    return _Prediction(request).made()


def _refuse_compiled(model: nn.Module) -> None:
    for path, module in _torch.named_modules(model):
        if isinstance(module, torch.jit.ScriptModule):
            where = f"{path} ({type(module).__name__})" if path else type(module).__name__
            why = "torch.jit has compiled it, so it cannot be run without elements"
            raise RNNShapeError(f"{where}: {why}; predict the original")


def _bound_names(model: nn.Module, args: Args, kwargs: Kwargs) -> list[str]:
    """Return the name of each positional argument.

    Raises:
        SpecTypeError: where ``forward`` does not take these arguments.
    """
    try:
        signature = inspect.signature(model.forward)
    except (TypeError, ValueError):
        return [f"argument {i}" for i in range(len(args))]
    try:
        signature.bind(*args, **kwargs)
    except TypeError as error:
        takes = ", ".join(signature.parameters)
        raise SpecTypeError(f"{type(model).__name__}.forward({takes}): {error}; {_what_to_write(model)}") from None
    known = [p.name for p in signature.parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    return [known[i] if i < len(known) else f"argument {i}" for i in range(len(args))]


def _what_to_write(model: nn.Module) -> str:
    spec = spec_of(model)
    layout = "batch=6 seq=9 feature=10" if spec is None else tensors_of(spec, 6, None if spec.cell else 9).input
    alone = "" if spec is None else f", or no more than predict(layer, batch=6{'' if spec.cell else ', seq=9'})"
    return f"write a Layout in the place of each tensor, as in predict(model, '{layout}'){alone}"


def _refuse_mere_sizes(request: Request) -> None:
    """Refuse sizes in the place of a tensor, now that the model has not run on them: they could be anything else to it.

    Raises:
        SpecError: where there is not one tensor among the arguments.
    """
    sizes: list[str] = []
    tensors: list[object] = []

    def look(value: object, _: str) -> None:
        if isinstance(value, (Description, torch.Tensor)):
            tensors.append(value)

    arguments = (*enumerate(request.args), *request.kwargs.items())
    for name, value in arguments:
        nested(value, look)
        items = tuple(cast("list[object]", value)) if isinstance(value, (tuple, list)) else ()
        if items and all(whole_number(size) is not None for size in items):
            sizes.append(f"{f'argument {name}' if isinstance(name, int) else name} is {shown(items)}")
    if sizes and not tensors:
        model = request.model
        raise SpecError(f"{type(model).__name__}: {sizes[0]}, sizes without a meaning; {_what_to_write(model)}")


def _strings(model: nn.Module) -> set[str]:
    """Name the parameters of ``forward`` that take a word and no tensor: by their default or their annotation."""
    try:
        parameters = inspect.signature(model.forward).parameters.values()
    except (TypeError, ValueError):
        return set()
    return {p.name for p in parameters if _has_strings(p.default) or p.annotation is str or _says_string(p.annotation)}


def _says_string(annotation: object) -> bool:
    written = annotation if isinstance(annotation, str) else repr(annotation)
    values = re.sub(r"(?:[Dd]ict|Mapping)\[str,", "", written)  # a string that is a key is none of a value
    return ("Literal[" in values or bool(re.search(r"\bstr\b", values))) and "Tensor" not in values


def _has_strings(value: object) -> bool:
    return isinstance(value, str) or bool(_strings_of(value))


def _strings_of(value: object) -> list[str]:
    """Return the items of a list that has nothing but strings."""
    items = cast("Sequence[object]", value) if isinstance(value, (tuple, list)) else ()
    return [item for item in items if isinstance(item, str)] if all(isinstance(item, str) for item in items) else []


def _are_words(value: object, *, is_named: bool = False) -> bool:
    """Tell whether strings are words and no Layouts: none of a list names an axis that is known, or a size.

    Args:
        value: an argument.
        is_named: whether it is given by name; then it may be one word.
    """
    if isinstance(value, str):
        return is_named and value.isidentifier() and not _names_an_axis(value)
    return bool(words := _strings_of(value)) and not any(map(_names_an_axis, words))


def _names_an_axis(written: str) -> bool:
    try:
        layout = Description.parse(written, "").layout
    except SpecError:
        return "=" in written
    return "=" in written or any(axis.name in ROLES for axis in layout.axes)


class _Prediction:
    """Runs a model as often as it takes, and says what was seen."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._symbols = symbols_of(request.described())
        self._whole: list[str] = []
        self._unsaved = True

    def made(self) -> ModelPrediction:
        """Run, and return what was seen."""
        numbers, runs = self._runs()
        first = runs[0]
        if first.error is not None:
            _refuse_mere_sizes(self._request)
        if first.error is not None and self._request.doubled() != self._request:
            two = self._request.doubled()
            add_batch_of_one(first.report, first.squeezed, lambda: _raise_any(run(two, numbers[0], self._whole)), first.raised)
        solver = Solver({symbol: tuple(each[symbol] for each in numbers) for symbol in self._symbols})
        combined = Combined(runs, solver)
        model = first.model or self._request.model
        parameters = {id(p): p for p in model.parameters()}.values()
        return ModelPrediction(
            title=type(model).__name__,
            calls=combined.calls,
            findings=tuple(first.report.findings),
            parameters=sum(p.numel() for p in parameters),
            parameter_bytes=sum(p.numel() * p.element_size() for p in parameters),
            activation_bytes=combined.activation_bytes,
            peak_bytes=self._peak(numbers, runs, solver) if first.error is None else None,
            unfollowed=tuple(first.report.unfollowed),
            notes=(*self._notes(numbers[0], first), *solver.notes, *without_features(self._request, first, _trial)),
            stopped=_stopped(first),
        )

    def _runs(self) -> tuple[list[dict[str, int]], list[Run]]:
        """Run once; with symbols three times, each with other primes in their place."""
        if not self._symbols:
            return [{}], [self._run({})]
        tried: list[tuple[list[dict[str, int]], list[Run]]] = []
        for scale in SCALES:
            numbers = _numbers(self._symbols, scale)
            tried.append((numbers, [self._run(numbers[0])]))
            if tried[-1][1][0].error is None:
                tried[-1][1].extend(self._run(each) for each in numbers[1:])
                if all(found.error is None for found in tried[-1][1]):
                    return tried[-1]
        numbers, runs = tried[0]
        return numbers, [runs[0], *(self._run(each) for each in numbers[1:])]

    def _run(self, numbers: dict[str, int]) -> Run:
        """Run, and again wherever it turns out that an input of no stated dtype is an index."""
        while True:
            try:
                found = run(self._request, numbers, self._whole, unsaved=self._unsaved)
            except NeedsWholeNumbersError as error:
                self._whole.append(self._found_whole(error.name))
            else:
                if self._unsaved and isinstance(found.error, RuntimeError) and "saved tensor hooks" in str(found.error):
                    self._unsaved = False  # torch.func takes no gradients under such
                    continue
                _raise_ours(found)
                return found

    def _found_whole(self, name: str | None) -> str:
        left = [n for n in _without_dtype(self._request) if n not in self._whole]
        name = name or (left[0] if len(left) == 1 else None)
        if name is None or name in self._whole:
            raise SpecError(
                "an embedding gets numbers that are no indices; say which input is made of whole numbers, as in "
                "'batch=6 seq=9: int64'"
            )
        return name

    def _peak(self, numbers: list[dict[str, int]], runs: list[Run], solver: Solver) -> Total | None:
        """Return what is alive when the most is; by runs of their own where something may be held for a backward."""
        found = runs
        if not all(each.costs.is_as_without_gradients for each in runs):
            found = [run(self._request, each, self._whole, watched=False) for each in numbers]
        if any(each.error is not None for each in found):
            return None
        held = [each.costs.peak() for each in found]
        if len({len(h) for h in held}) == 1:
            return sum((solver.total(sizes) for sizes in zip(*held, strict=True)), Total())
        return solver.sum_of_two(tuple(map(sum, held)))

    def _notes(self, numbers: dict[str, int], first: Run) -> list[str]:
        notes = [f"{name} is taken to be int64, since it is used as an index" for name in self._whole]
        if numbers and (first.report.findings or first.error is not None):
            notes.append(f"findings are told for {text.listed(f'{s}={n}' for s, n in numbers.items())}")
        return notes


SCALES = (1, 17, 48)
"""What the primes are multiplied by, one after the other where a model does not run with the smaller numbers: some need more
steps than a few, some a number of them that can be divided."""

_PRIMES = (11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107)


def _numbers(symbols: tuple[str, ...], scale: int) -> list[dict[str, int]]:
    """Return three times other numbers for the symbols, no two of them alike."""
    if len(symbols) * 3 > len(_PRIMES):
        raise SpecError(f"{text.count(len(symbols), 'symbol')} are too many: {len(_PRIMES) // 3} or fewer")
    primes = iter(_PRIMES)
    return [{symbol: scale * next(primes) for symbol in symbols} for _ in range(3)]


def _without_dtype(request: Request) -> list[str]:
    found: list[str] = []

    def look(value: object, _: str) -> None:
        if isinstance(value, Description) and value.dtype is None:
            found.append(value.where)

    nested(request.described(), look)
    return found


def _raise_ours(found: Run) -> None:
    """Raise what is not the model's mistake but ours, or torch's fake tensors'."""
    error = found.error
    if error is None or is_unknowable(error) or not _torch.is_ours(error):
        return
    here = _torch.traceback_location(error)
    first = str(error).split("\n")[0]
    cause = f"{type(error).__name__}: {first}"
    raise RNNShapeError(f"{here or 'the model'}: this cannot be run without elements: {cause}") from error


def _raise_any(found: Run) -> None:
    if found.error is not None:
        raise found.error


def _trial(request: Request) -> Run:
    return run(request, {}, [], watched=False)


def _stopped(found: Run) -> str:
    if found.error is None or not is_unknowable(found.error):
        return ""
    here = _torch.traceback_location(found.error)
    line = f":  {here.code}" if here and here.code else ""
    return f"at {here}{line}; what comes next depends on the values of a tensor, which a dry run does not have"
