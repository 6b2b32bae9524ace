"""One call of something that `rnnshape.check` stands around: what is looked at before it, while it runs, and after it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING

from torch import Tensor, nn

from rnnshape import text
from rnnshape.checking.batches import batches
from rnnshape.checking.promises import Broken, Promises
from rnnshape.contracts.annotations import Claim, of_any_size
from rnnshape.contracts.violations import kind, kind_of_call
from rnnshape.errors import ContractError
from rnnshape.layout.axes import UNKNOWN
from rnnshape.layout.layout import Layout
from rnnshape.operations.registry import leaves
from rnnshape.session import trackers
from rnnshape.tracking.labels import label, tell_of_no_batch
from rnnshape.tracking.padding import learn_padding
from rnnshape.tracking.track import Tracker

if TYPE_CHECKING:
    from rnnshape.checking.checker import Checker

__all__ = ["CheckedCall"]


class CheckedCall:
    """One call, entered for as long as code of the user's runs: once, or for a generator each time that it goes on.

    Args:
        checker: what knows of the calls before.
        function: what is called.
        module: the module whose ``forward`` it is, or None.
        args: positional arguments, with the module where the function takes it.
        kwargs: the others.
        root: the module in which layers have their paths; ``module`` if it is None.
    """

    def __init__(
        self,
        checker: Checker,
        function: Callable[..., object],
        module: nn.Module | None,
        args: tuple[object, ...],
        kwargs: dict[str, object],
        root: nn.Module | None = None,
    ) -> None:
        self._checker = checker
        self._reporter = checker.reporter
        self._function = function
        self._module = module
        self._root = root if root is not None else module
        self._args, self._kwargs = args, kwargs
        self._known = checker.known(function)
        self._kind: object = None
        self._unbatched = False
        self._layers = checker.layers(unbatched=False)
        self._others = trackers()
        self._own: Tracker | None = None

    @functools.cached_property
    def _promises(self) -> Promises:
        checker, annotations = self._checker, self._known.annotations
        return Promises(self._function, self._module, self._args, self._kwargs, annotations, checker.axes, checker.report)

    def begin(self) -> None:
        """Look at the arguments.

        Raises:
            ContractError: for what is wrong with them.
        """
        if not self._others:
            self._own = self._checker.tracker()
            if self._own is not None and self._own.steps_aside():
                self._own = None
        if self._known.annotations or self._checker.axes is not None or self._own is not None:
            found = self._reporter.guarded(self._judge_arguments)
            if found:
                self._tell(found)
        self._layers = self._checker.layers(self._unbatched)

    def end(self, result: object, is_output: bool) -> None:
        """Look at the result, and at what was picked on the way.

        Args:
            result: what was returned.
            is_output: whether it is the output of a model, in which no sample may be missing.

        Raises:
            ContractError: for what is wrong with it.
        """
        annotations = self._known.annotations
        if annotations is not None and annotations.result is not None:
            found = self._reporter.guarded(self._judge_result, result)
            if found:
                self._tell(found)
        if self._own is not None:
            self._own.finish(result if is_output else None)

    def entered(self) -> AbstractContextManager[object]:
        """Begin to watch this thread, until what is returned ends."""
        if self._own is None:
            return self._layers.enter(self._root)
        with ExitStack() as undo:
            undo.push(self._layers.enter(self._root))
            self._own.start(undo)
            return undo.pop_all()

    def step_aside(self) -> None:
        """End the watch of this call and of those that come, after a mistake of ours."""
        self._reporter.step_aside()

    @property
    def _trackers(self) -> tuple[Tracker, ...]:
        return (*self._others, self._own) if self._own is not None else self._others

    # Before

    def _judge_arguments(self) -> list[Broken]:
        annotations = self._known.annotations
        if annotations is not None and self._checker.axes is None and not self._trackers:
            self._kind = kind_of_call(annotations, self._args, self._kwargs)
            unbatched = self._known.right.get(self._kind)
            if unbatched is not None:
                self._unbatched = unbatched
                return []
        if self._promises.arguments is None:  # Python itself will object
            return []
        said = self._promises.of_arguments()
        self._unbatched = bool(said) and not any("batch" in claim.layout.names for claim in said)
        found = [*self._promises.broken_by_sizes(said), *self._broken_by_meaning(said)]
        if self._trackers:
            self._label(said)
        elif not found:
            self._known.remember(self._kind, self._unbatched)
        return found

    def _broken_by_meaning(self, said: list[Claim]) -> list[Broken]:
        return list(self._promises.broken_by_meaning(said, self._trackers, self._own is not None))

    def _label(self, said: list[Claim]) -> None:
        """Tell the trackers what is said, where they know nothing yet, and where as many dims are named as there are."""
        for claim in said:
            fits = len(claim.layout.dims) == claim.value.dim()
            for tracker in self._trackers if fits else ():
                if tracker.book.mark(claim.value) is None:
                    layout = _with_batch(claim.layout, claim.value) if tracker is self._own else claim.layout
                    label(tracker, claim.value, of_any_size(layout), claim.name, f"axes of {claim.name!r}")
        if self._own is None:
            return
        if self._checker.axes is not None:
            tell_of_no_batch(self._own, said)
        named = self._promises.own_arguments
        for name, value in named.items():
            for tensor in leaves(value):
                if self._own.book.mark(tensor) is not None:
                    continue
                if (layout := batches.layout(tensor)) is not None:
                    self._own.inputs.label(tensor, layout)
                else:
                    label(self._own, tensor, None, name, name)
        self._own.begin([m for tensor in leaves(list(named.values())) if (m := self._own.book.mark(tensor))])
        learn_padding(self._own, named.items())

    # After

    def _judge_result(self, result: object) -> list[Broken]:
        known = self._kind and kind(result)
        if (known and (self._kind, known) in self._known.right) or self._promises.arguments is None:
            return []
        said = self._promises.of_result(result)
        found = [*self._promises.broken_by_result(result), *self._broken_by_meaning(said)]
        if known and not found:
            self._known.remember((self._kind, known), self._unbatched)
        return found

    def _tell(self, found: list[Broken]) -> None:
        heard = [broken for broken in found if self._reporter.keeps(broken.finding)]
        try:
            self._reporter.tell([broken.finding for broken in heard], self._module)
        except ContractError as error:
            reasons = [broken.reason for broken in heard if broken.reason]
            if reasons:
                raise error from _jaxtypings(reasons)
            raise


def _jaxtypings(reasons: list[str]) -> Exception:
    from jaxtyping import TypeCheckError

    return TypeCheckError(text.shown_lines("\n".join(reasons)))


def _with_batch(layout: Layout, tensor: Tensor) -> Layout:
    """Add what a DataLoader says: which dim is the batch, where nobody has named it."""
    known = batches.layout(tensor)
    if known is None or len(known.dims) != len(layout.dims):
        return layout
    pairs = zip(layout.dims, known.dims, strict=True)
    return Layout(tuple(said if said and said[0].axis != UNKNOWN else yielded for said, yielded in pairs))
