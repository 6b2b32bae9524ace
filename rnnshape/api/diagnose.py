"""`diagnose`: one forward pass (and loss) of a model, and everything that is wrong with its axes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from torch import nn

from rnnshape.calls import checked_module, forwarded
from rnnshape.contracts.annotations import annotated_axes
from rnnshape.errors import SpecError
from rnnshape.layout.sizes import shown
from rnnshape.report.catalogue import checked_codes
from rnnshape.report.report import Report
from rnnshape.report.settings import ignored_codes
from rnnshape.rules.failure import add_batch_of_one, add_failure
from rnnshape.session import recording
from rnnshape.tracking.labels import Axes, check_form, label, label_arguments

__all__ = ["diagnose"]


def diagnose(
    model: nn.Module,
    /,
    *args: object,
    axes: Axes = None,
    target: object = None,
    target_axes: Axes = None,
    loss: Callable[[Any, Any], object] | None = None,
    ignore: Iterable[str] = (),
    **kwargs: object,
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
        kwargs: keyword arguments of ``forward``. Where one of them is called as an option of ours is, or ``kwargs``, they are
            given as a dict: ``kwargs={"target": ["abc", "hello"]}``; options beside it are ours then.

    Returns:
        A `Report`. It never raises for what it finds: an exception of the model becomes a finding, and is kept in
        ``report.exception``.

    Raises:
        SpecError: where ``axes`` does not fit the arguments, or an option could be an argument of ``forward``.
        SpecTypeError: for a model that is no module.

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
    checked_module(model, "diagnose", "diagnose(Classifier(), x)")
    codes = (*checked_codes(ignore), *ignored_codes())
    options = {"axes": axes, "target": target, "target_axes": target_axes, "loss": loss, "ignore": ignore or None}
    kwargs = forwarded("diagnose", model, args, kwargs, [name for name, value in options.items() if value is not None])
    check_form(axes)
    check_form(target_axes, "target_axes")
    if axes and not args and not kwargs:
        raise SpecError(f"axes={shown(axes)}: there is no input; give what forward takes, as in diagnose(model, x, axes=...)")
    axes = annotated_axes(model.forward) or None if axes is None else axes
    session = recording(model, codes, named=axes is not None)
    report, tracker = session.report, session.tracker()
    label_arguments(tracker, model, args, kwargs, axes)
    label(tracker, target, target_axes, "target", "target_axes", target=True)
    with session.watching():
        try:
            with tracker:
                output = _run(model, args, kwargs, loss, target)
            tracker.finish(output)
        except Exception as error:
            report.exception = error
            add_failure(report, tracker.mark, tracker.path, codes, error)
            if tracker.samples == 1:
                two = tracker.doubled
                add_batch_of_one(report, tracker.squeezed, lambda: _run(model, two(args), two(kwargs), loss, two(target)))
    return report


def _run(
    model: nn.Module,
    args: tuple[object, ...],
    kwargs: dict[str, object],
    loss: Callable[[Any, Any], object] | None,
    target: object,
) -> object:
    output = model(*args, **kwargs)
    if loss is not None:
        loss(output, target)
    return output
