"""What one `rnnshape.check` knows from call to call."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rnnshape import _torch
from rnnshape.checking.batches import batches
from rnnshape.contracts.annotations import Annotations, annotations_of
from rnnshape.hooks.inner_calls import InnerCalls
from rnnshape.report.reporter import Action
from rnnshape.session import UNBATCHED, Session
from rnnshape.tracking.arguments import Axes
from rnnshape.tracking.track import Tracker

__all__ = ["Checker", "KnownFunction"]

MOST_KINDS = 4096
"""Kinds of calls of one function that are remembered as right."""


@dataclass(eq=False, slots=True)
class KnownFunction:
    """What is known of a function that is checked. It does not hold the function.

    Attributes:
        annotations: those of it that speak of axes; None where there is nothing to be read.
        right: kinds of calls that were found right, and whether such a call has no batch.
    """

    annotations: Annotations | None
    right: dict[object, bool] = field(default_factory=dict[object, bool])

    def remember(self, kind: object, unbatched: bool) -> None:
        """Remember that a kind of call is right; None is none."""
        if kind is not None and len(self.right) < MOST_KINDS:
            self.right[kind] = unbatched


class Checker:
    """What one `rnnshape.check` knows from call to call, of all the functions that it stands around.

    Args:
        on: what is done about a finding.
        ignore: codes that are not reported.
        limit: for how many calls every axis is followed; None for all.
        axes: of the arguments; None where annotations are read.

    Attributes:
        report: what was seen up to now.
        reporter: is told what is wrong.
    """

    def __init__(self, on: Action, ignore: Iterable[str], limit: int | None, axes: Axes = None) -> None:
        self.session = Session(None, on, ignore)
        self.report, self.reporter = self.session.report, self.session.reporter
        self.axes = axes
        self._layers = InnerCalls(self.session.observer)
        self._unbatched: InnerCalls | None = None
        self._limit = limit
        self._followed = 0
        self._functions: weakref.WeakKeyDictionary[object, KnownFunction] = weakref.WeakKeyDictionary()
        if limit != 0:
            batches.want(self)

    def known(self, function: Callable[..., object]) -> KnownFunction:
        """Return what is known of a function; its annotations are read at its first call.

        A layer's own ``forward``, typed or not, is held against its contract, which says more.
        """
        found = self._functions.get(function)
        if found is None:
            of_torch = function in _torch.TORCH_FORWARDS
            found = KnownFunction(None if of_torch else self.reporter.guarded(annotations_of, function))
            for name in found.annotations.unread if found.annotations is not None else ():
                self.report.could_not_follow(f"{function.__qualname__}: the annotation of {name} cannot be evaluated")
            self._functions[function] = found
        return found

    def layers(self, unbatched: bool) -> InnerCalls:
        """Return what watches the layers inside a call.

        Args:
            unbatched: whether the call is of a sequence without a batch, so that the layers may be given just that.
        """
        if not unbatched:
            return self._layers
        if self._unbatched is None:
            self._unbatched = InnerCalls(self.session.observing(ignore=[UNBATCHED]))
        return self._unbatched

    def tracker(self) -> Tracker | None:
        """Return a tracker for one call, which is off; None when as many calls as wanted were followed."""
        if self._followed == self._limit:
            return None
        self._followed += 1
        if self._followed == self._limit:
            batches.spare(self)
        return self.session.tracker(self._layers.path)
