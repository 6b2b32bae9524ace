"""Provenance over the first steps of a run: the tracker is on while they last, and gone afterwards.

A step is one call of the model that is watched, or of any outermost module where the whole process is.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable
from typing import Any

from torch import Tensor, nn
from torch.utils.data import default_collate
from torch.utils.data.dataloader import _BaseDataLoaderIter

from rnnshape import _torch
from rnnshape.annotations import annotated_axes
from rnnshape.axes import UNKNOWN, Axis, whole
from rnnshape.hooks import Observer, close_gates, open_gates
from rnnshape.layout import Layout
from rnnshape.ops.registry import leaves
from rnnshape.track import Tracker

__all__ = ["Stepper"]


class Stepper:
    """Turns the tracker on for a number of steps.

    Args:
        observer: what is done about findings.
        path: tells the path of a module.
        limit: how many steps are followed; None for all.

    Attributes:
        doors: the model that is watched, by its id.
        everywhere: whether any outermost module counts.
    """

    def __init__(self, observer: Observer, path: Callable[[nn.Module], str], limit: int | None) -> None:
        self.doors: dict[int, nn.Module] = {}
        self.everywhere = False
        self._limit = limit
        self._steps = 0
        self._inside = False
        self._thread = threading.get_ident()
        self._tracker = Tracker(observer, path)
        self._observer = observer
        self._next: Callable[..., Any] | None = None

    def start(self, model: nn.Module | None) -> None:
        """Begin to follow."""
        if model is None:
            self.everywhere = True
        else:
            self.doors[id(model)] = model
        open_gates(self, (nn.Module if model is None else type(model),))
        self._label_loaders()
        self._tracker.__enter__()

    def stop(self) -> None:
        """Follow no longer, and leave nothing behind; once more does nothing."""
        if self._next is None:
            return
        close_gates(self)
        _BaseDataLoaderIter.__next__ = self._next
        self._next = None
        self.everywhere = False
        self.doors.clear()
        _torch.pop_mode(self._tracker)

    # What a gate calls

    def found_in_passing(self, module: nn.Module) -> nn.Module:
        """Any module is a step, where it is the outermost."""
        return module

    def guarded(self, work: Callable[..., Any], *args: Any) -> Any:
        """Run our own work."""
        return self._observer.guarded(work, *args)

    def through(self, door: nn.Module, module: nn.Module, proceed: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Call the model, as one step."""
        if self._inside or threading.get_ident() != self._thread:
            return proceed(*args, **kwargs)
        if self._steps == self._limit:
            self.stop()
            return proceed(*args, **kwargs)
        self._steps += 1
        self._inside = True
        try:
            self.guarded(self._begin, module, args, kwargs)
            result = proceed(*args, **kwargs)
        finally:
            self._inside = False
        self._tracker.finish(result)
        return result

    def _begin(self, module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        names = annotated_axes(module.forward)
        try:
            arguments = inspect.signature(module.forward).bind_partial(*args, **kwargs).arguments
        except (TypeError, ValueError):  # torch will say so, or the function has no signature
            arguments = {}
        for name, value in arguments.items():
            if isinstance(value, Tensor) and self._tracker.mark(value) is None:
                given = names.get(name)
                if given and len(given) == value.dim():
                    self._tracker.label(value, _layout(value, given), name)
                elif not value.requires_grad:
                    self._tracker.label_unnamed(value, name)
        self._tracker.begin([m for t in leaves([args, kwargs]) if (m := self._tracker.mark(t))])

    # Loaders

    def _label_loaders(self) -> None:
        """Label what a DataLoader yields: default collation stacks samples, so batch is dim 0 of every tensor."""
        self._next = original = _BaseDataLoaderIter.__next__
        stepper = self

        def __next__(self: Any) -> Any:  # noqa: N807
            batch = original(self)
            if threading.get_ident() == stepper._thread and self._collate_fn is default_collate and self._auto_collation:
                stepper.guarded(stepper._label_batch, batch)
            return batch

        _BaseDataLoaderIter.__next__ = __next__

    def _label_batch(self, batch: Any) -> None:
        for tensor in leaves(batch):
            if tensor.dim():
                self._tracker.label(tensor, _layout(tensor, ("batch", *[None] * (tensor.dim() - 1))))


def _layout(tensor: Tensor, names: tuple[str | None, ...]) -> Layout:
    """Give names to dims, and sizes to names."""
    named = [Layout.parse(name).dims[0][0].axis if name else UNKNOWN for name in names]
    return Layout(tuple((whole(a if isinstance(a, Axis) else UNKNOWN, s),) for a, s in zip(named, tensor.shape, strict=True)))
