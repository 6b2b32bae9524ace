"""`diagnose`: one forward pass (and loss) of a model, and everything that is wrong with its axes."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from torch import Tensor, nn

from rnnshape import text
from rnnshape._torch import traceback_location
from rnnshape.annotations import annotated_axes
from rnnshape.axes import UNKNOWN, Dim, whole
from rnnshape.errors import LayoutError, SpecError
from rnnshape.explanation import explain_call
from rnnshape.hooks import Observer
from rnnshape.layout import Layout
from rnnshape.report import Finding, Report
from rnnshape.rules import checked_codes, rule
from rnnshape.settings import ignored_codes
from rnnshape.sizes import Monomial
from rnnshape.track import Tracker

__all__ = ["Axes", "diagnose"]

Axes = str | Sequence[Any] | Mapping[str, Any] | None
"""A Layout string, a tuple of names, None, or the same nested as the arguments are."""


def diagnose(
    model: nn.Module,
    /,
    *args: Any,
    axes: Axes = None,
    target: Any = None,
    target_axes: Axes = None,
    loss: Callable[[Any, Any], Any] | None = None,
    ignore: Iterable[str] = (),
    **kwargs: Any,
) -> Report:
    """Run a model once, follow every axis through it, and report what is wrong.

    Args:
        model: the model, in the mode (train or eval) that it is to be diagnosed in.
        args: what its ``forward`` takes.
        axes: what the axes of the arguments are. A Layout string such as ``"batch seq feature"`` for a single tensor argument,
            or one entry for each positional argument (a Layout string, a tuple of names, or None), or a dict by argument name.
            Where an argument is a dict or a tuple of tensors, its entry is nested likewise. A name may be a product,
            ``"layers*directions"``. Without it, jaxtyping annotations of ``forward`` are read.
        target: what the loss compares the output with.
        target_axes: what the axes of the target are.
        loss: called as ``loss(output, target)``.
        ignore: codes that are not reported.
        kwargs: keyword arguments of ``forward``.

    Returns:
        A `Report`. It never raises for what it finds: an exception of the model becomes a finding, and is kept in
        ``report.exception``.

    Raises:
        SpecError: where ``axes`` does not fit the arguments.

    >>> import torch
    >>> class Last(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.rnn, self.fc = torch.nn.GRU(4, 8, num_layers=2), torch.nn.Linear(16, 3)
    ...     def forward(self, x):
    ...         return self.fc(self.rnn(x)[1].view(x.size(1), -1))
    >>> report = diagnose(Last(), torch.zeros(9, 6, 4), axes="seq batch feature")
    >>> [finding.code for finding in report.findings]
    ['RNS203']
    """
    report = Report()
    codes = (*checked_codes(ignore), *ignored_codes())
    observer = Observer(report, "record", (*codes, "RNS112") if axes is not None else codes)
    tracker = Tracker(observer, observer.path_of(model))
    observer.origin = tracker.origin
    axes = annotated_axes(model.forward) or None if axes is None else axes
    names = _parameter_names(model, len(args))
    entries = _entries(axes, args)
    arguments = [*zip(names, args, strict=False), *kwargs.items()]
    for number, (name, value) in enumerate(arguments):
        given = axes.get(name) if isinstance(axes, Mapping) else (entries[number] if number < len(entries) else None)
        _label(tracker, value, given, name, f"axes of {name!r}")
    _learn_lengths(tracker, arguments)
    _label(tracker, target, target_axes, "target", "target_axes", target=True)
    observer.watch(model.named_modules())
    try:
        with tracker:
            output = _run(model, args, kwargs, loss, target)
        tracker.finish(output)
    except Exception as error:
        report.exception = error
        _explain(report, tracker, codes, error)
        if tracker.samples == 1:
            _explain_batch_of_one(report, tracker, lambda two: _run(model, two(args), two(kwargs), loss, two(target)))
    finally:
        observer.remove()
    return report


def _run(
    model: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], loss: Callable[[Any, Any], Any] | None, target: Any
) -> Any:
    output = model(*args, **kwargs)
    if loss is not None:
        loss(output, target)
    return output


def _parameter_names(model: nn.Module, count: int) -> list[str]:
    try:
        known = [p.name for p in inspect.signature(model.forward).parameters.values() if p.kind <= p.POSITIONAL_OR_KEYWORD]
    except (TypeError, ValueError):
        known = []
    return [known[i] if i < len(known) else f"argument {i}" for i in range(count)]


def _entries(axes: Axes, args: tuple[Any, ...]) -> list[Any]:
    """Return one entry for each positional argument."""
    if axes is None or isinstance(axes, Mapping):
        return []
    if isinstance(axes, str):
        return [axes]
    entries = list(axes)
    words = all(isinstance(e, str) and " " not in e.strip() for e in entries)
    if words and len(args) == 1 and isinstance(args[0], Tensor) and len(entries) == args[0].dim():
        return [tuple(entries)]  # a tuple of names for the one argument there is
    if len(entries) > len(args):
        raise SpecError(f"axes has {text.count(len(entries), 'entry', 'entries')} for {text.count(len(args), 'argument')}")
    return entries


def _label(tracker: Tracker, value: Any, given: Any, of: str, where: str, target: bool = False) -> None:
    if isinstance(value, Tensor):
        if given is not None or target:
            tracker.label(value, _layout(value, given, where), of, target)
        elif not value.requires_grad:
            tracker.label_unnamed(value, of)
    elif isinstance(value, Mapping) and isinstance(given, Mapping):
        for key, item in value.items():
            _label(tracker, item, given.get(key), f"{of}.{key}", f"{where}[{key!r}]", target)
    elif isinstance(value, (tuple, list)) and isinstance(given, (tuple, list)):
        for number, (item, entry) in enumerate(zip(value, given, strict=False)):
            _label(tracker, item, entry, f"{of}.{number}", f"{where}[{number}]", target)


def _layout(tensor: Tensor, given: Any, where: str) -> Layout:
    """Read an entry, and give its names the sizes of the tensor."""
    if given is None:
        return Layout(tuple((whole(UNKNOWN, s),) for s in tensor.shape))
    try:
        parts = Layout.parse(given).dims if isinstance(given, str) else tuple(_one(name) for name in given)
    except LayoutError as error:
        raise SpecError(f"{where}: {error}") from None
    if len(parts) != tensor.dim():
        named = text.count(len(parts), "dim")
        raise SpecError(f"{where}: {given!r} names {named}, and the tensor is {text.sizes(tensor.shape)}")
    dims: list[Dim] = []
    for part, size in zip(parts, tensor.shape, strict=True):
        layout = Layout((part,))
        stated = layout.sizes[0]
        if isinstance(stated, Monomial) and len(stated.symbols) > 1:
            dims.append((whole(UNKNOWN, size),))  # one number does not tell how two axes share it
            continue
        try:
            dims.extend(layout.bind((size,)).dims)
        except LayoutError as error:
            raise SpecError(f"{where}: {error}") from None
    return Layout(tuple(dims))


def _one(name: Any) -> Dim:
    if name is None:
        return (whole(UNKNOWN, Monomial(1, ("any",))),)
    found = Layout.parse(str(name)).dims
    if len(found) != 1:
        raise LayoutError(f"{name!r} is not the name of one dim")
    return found[0]


def _learn_lengths(tracker: Tracker, arguments: list[tuple[str, Any]]) -> None:
    """Take an integer argument that is called some kind of length, along the batch, for the real steps of the one sequence."""
    sequences = {(axis, table.numel()) for _, v in arguments if (m := tracker.mark(v)) for axis, table in m.of("seq")}
    for name, value in arguments:
        mark = tracker.mark(value)
        if mark is None or "len" not in name.lower() or len(sequences) != 1:
            continue
        if len(mark.sizes) != 1 or value.is_floating_point():
            continue
        axis, steps = next(iter(sequences))
        if mark.of("batch") and int(value.min()) >= 1 and int(value.max()) <= steps:
            tracker.judge.lengths[axis] = value.detach().cpu()


def _explain(report: Report, tracker: Tracker, ignore: Sequence[str], error: Exception) -> None:
    """Turn an exception of the model into a finding, unless one is there that explains it."""
    if any(f.severity == "error" for f in report.findings):
        return
    found = explain_call(error, tracker.mark, tracker.path)
    location = traceback_location(error)
    if found is None:
        first = str(error).split("\n")[0]
        message = f"the model raised {type(error).__name__}: {first}" if first else f"the model raised {type(error).__name__}"
        report.add(Finding("RNS000", "error", message, location=location))
    elif found[0][0] not in ignore:
        (code, message, suggestion, layout), module, kind = found
        layouts = (("seen", layout),) if layout else ()
        report.add(Finding(code, rule(code).severity, message, module, location, suggestion, layouts, kind))


def _explain_batch_of_one(report: Report, tracker: Tracker, run: Callable[[Callable[[Any], Any]], Any]) -> None:
    """Where a batch of one fails, run the same sample twice: if that works, it is the squeeze that took the batch away."""
    if not tracker.squeezed or any(f.code != "RNS000" and f.severity == "error" for f in report.findings):
        return
    try:
        run(tracker.doubled)
    except Exception:
        return
    location, name, before, after = tracker.squeezed[-1]
    report.replace("RNS000", Finding(
        "RNS212", "error",
        f"{name} takes the batch away where it is 1: {text.sizes(before)} becomes {text.sizes(after)}, and two samples pass",
        location=location, suggestion="leave the squeeze out, or name a dim that is not the batch",
    ))  # fmt: skip
