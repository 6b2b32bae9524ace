"""One call of something that `rnnshape.check` stands around: what is looked at before it, while it runs, and after it."""

from __future__ import annotations

import functools
import inspect
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from types import TracebackType
from typing import Any

from torch import Tensor, nn

from rnnshape import _torch
from rnnshape.contracts.agreement import Agreement
from rnnshape.contracts.annotations import RESULT, Annotations, Claim, annotations_of, claims, of_any_size
from rnnshape.contracts.violations import BROKEN, kind, kind_of_call, violations
from rnnshape.errors import ContractError
from rnnshape.hooks.dataloader import batch_first, batches
from rnnshape.hooks.inside import Inside
from rnnshape.layout.axes import UNKNOWN
from rnnshape.layout.layout import Layout
from rnnshape.operations.registry import leaves
from rnnshape.report.finding import Finding
from rnnshape.report.mistake import Mistake, finding_of
from rnnshape.report.report import Report
from rnnshape.report.reporter import Action
from rnnshape.tracking.claims import Contradiction, contradicted, contradiction, trackers
from rnnshape.tracking.labels import Axes, claims_of, label, learn_lengths
from rnnshape.tracking.track import Tracker

__all__ = ["Visit", "Visitor"]

NOT_THE_ONE = "RNS216"
"""The rule that is broken where an axis is not the one that is annotated."""


MOST_KINDS = 4096
"""Kinds of calls of one function that are remembered as right."""


class Visitor:
    """What one `rnnshape.check` knows from call to call.

    Args:
        on: what is done about a finding.
        ignore: codes that are not reported.
        limit: for how many calls every axis is followed; None for all.
        axes: of the arguments; None where annotations are read.

    Attributes:
        report: what was seen up to now.
        observer: of the recurrent layers that are called inside.
    """

    def __init__(self, on: Action, ignore: Iterable[str], limit: int | None, axes: Axes = None) -> None:
        self.report = Report()
        self.observer = Inside(self.report, on, ignore)
        self.axes = axes
        self._limit = limit
        self._steps = 0
        self._annotations: weakref.WeakKeyDictionary[Any, Annotations | None] = weakref.WeakKeyDictionary()
        if limit != 0:
            batches.want(self)

    def annotations(self, function: Callable[..., Any]) -> Annotations | None:
        """Return what a function is annotated with, read at its first call.

        A layer's own ``forward``, typed or not, is held against its contract, which says more.
        """
        if function in _torch.TORCH_FORWARDS:
            return None
        if function in self._annotations:
            return self._annotations[function]
        found: Annotations | None = self.observer.guarded(annotations_of, function)
        for name in found.unread if found is not None else ():
            self.report.could_not_follow(f"{function.__qualname__}: the annotation of {name} cannot be evaluated")
        self._annotations[function] = found
        return found

    def takes_step(self) -> bool:
        """Tell whether this call is to be followed, and count it."""
        if self._steps == self._limit:
            return False
        self._steps += 1
        if self._steps == self._limit:
            batches.spare(self)
        return True


class Visit:
    """One call, entered for as long as code of the user's runs: once, or for a generator each time that it goes on.

    Args:
        visitor: what knows of the calls before.
        function: what is called.
        module: the module whose ``forward`` it is, or None.
        args: positional arguments, with the module where the function takes it.
        kwargs: the others.
        root: the module in which layers have their paths; ``module`` if it is None.
    """

    def __init__(
        self,
        visitor: Visitor,
        function: Callable[..., Any],
        module: nn.Module | None,
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        root: nn.Module | None = None,
    ) -> None:
        self._visitor = visitor
        self._observer = visitor.observer
        self._function = function
        self._module = module
        self._root = root if root is not None else module
        self._args, self._kwargs = args, kwargs
        self._annotations = visitor.annotations(function)
        self._kind: Any = None
        self._others = trackers()
        self._own: Tracker | None = None

    def begin(self) -> None:
        """Look at the arguments.

        Raises:
            ContractError: for what is wrong with them.
        """
        if not self._others and self._visitor.takes_step():
            self._own = Tracker(self._observer.reporter, self._observer.path_in_passing)
        if self._annotations or self._visitor.axes is not None or self._own is not None:
            found = self._observer.guarded(self._judge_arguments)
            if found:
                self._tell(found)

    def end(self, result: Any, is_output: bool) -> None:
        """Look at the result, and at what was picked on the way.

        Args:
            result: what was returned.
            is_output: whether it is the output of a model, in which no sample may be missing.

        Raises:
            ContractError: for what is wrong with it.
        """
        if self._annotations is not None and self._annotations.result is not None:
            found = self._observer.guarded(self._judge_result, result)
            if found:
                self._tell(found)
        if self._own is not None:
            self._own.finish(result if is_output else None)

    def __enter__(self) -> None:
        self._observer.enter(self._root)
        if self._own is not None:
            self._own.__enter__()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._own is not None:
            _torch.pop_mode(self._own)
        self._observer.leave()

    # Arguments

    def _judge_arguments(self) -> list[tuple[Finding, str]]:
        annotations = self._annotations
        if annotations is not None and self._visitor.axes is None and not self._trackers:
            kind = self._kind = kind_of_call(annotations, self._args, self._kwargs)
            if kind is not None and kind in annotations.right:
                return []
        arguments = self._arguments
        if arguments is None:  # Python itself will object
            return []
        made = list(self._claims(arguments))
        if made and not any("batch" in claim.layout.names for claim in made):
            self._observer.reporter.ignore |= {"RNS112"}  # a sequence without a batch is meant
        found = [*self._sizes_of_arguments(arguments, made), *self._meanings(made)]
        if self._trackers:
            self._label(arguments, made)
        elif not found:
            self._remember(self._kind)
        return found

    def _remember(self, kind: Any) -> None:
        annotations = self._annotations
        if annotations is not None and kind is not None and len(annotations.right) < MOST_KINDS:
            annotations.right.add(kind)

    @functools.cached_property
    def _arguments(self) -> dict[str, Any] | None:
        """The arguments by name; None where they do not fit."""
        signature = self._annotations.signature if self._annotations is not None else None
        try:
            bound = (signature or inspect.signature(self._function)).bind(*self._args, **self._kwargs)
        except (TypeError, ValueError):
            return None
        bound.apply_defaults()
        return dict(bound.arguments)

    def _own_arguments(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value for name, value in arguments.items() if not (isinstance(value, nn.Module) or name in ("self", "cls"))
        }

    def _claims(self, arguments: Mapping[str, Any]) -> Iterator[Claim]:
        if self._visitor.axes is not None:
            yield from claims_of(self._visitor.axes, self._own_arguments(arguments))
        elif self._annotations is not None:
            yield from (claim for claim in self._annotations.claims(arguments) if isinstance(claim.value, Tensor))

    def _sizes_of_arguments(self, arguments: Mapping[str, Any], made: list[Claim]) -> Iterator[tuple[Finding, str]]:
        if self._visitor.axes is not None:
            agreement = Agreement(BROKEN)
            for claim in made:
                sizes = tuple(claim.value.shape)
                if mistake := agreement.hold(claim.layout, sizes, claim.name):
                    turn = agreement.exchange(claim.layout, sizes)
                    hint = f"{claim.name}.transpose({turn[0]}, {turn[1]}) fits" if turn else None
                    yield self._broken(replace(mistake, suggestion=hint)), ""
        elif self._annotations is not None:
            yield from self._violations(arguments)

    def _violations(self, arguments: Mapping[str, Any], *result: Any) -> Iterator[tuple[Finding, str]]:
        annotations = self._annotations
        if not annotations or annotations.checked_by_user or _is_disabled():
            return
        for violation in violations(annotations, arguments, *result):
            yield self._broken(violation.mistake), violation.reason
        if annotations.note:
            self._visitor.report.could_not_follow(f"{self._name}: {annotations.note}")

    def _label(self, arguments: Mapping[str, Any], made: list[Claim]) -> None:
        """Tell the trackers what is annotated, where they know nothing yet."""
        for claim in made:
            for tracker in self._trackers:
                if tracker.mark(claim.value) is None:
                    layout = _with_batch(claim.layout, claim.value) if tracker is self._own else claim.layout
                    label(tracker, claim.value, of_any_size(layout), claim.name, f"axes of {claim.name!r}")
        if self._own is None:
            return
        named = self._own_arguments(arguments)
        for name, value in named.items():
            for tensor in leaves(value):
                if self._own.mark(tensor) is not None:
                    continue
                if batches.has(tensor):
                    self._own.label(tensor, batch_first(tensor))
                elif not tensor.requires_grad:
                    self._own.label_unnamed(tensor, name)
        learn_lengths(self._own, list(named.items()))
        self._own.begin([m for tensor in leaves(list(named.values())) if (m := self._own.mark(tensor))])

    # Results

    def _judge_result(self, result: Any) -> list[tuple[Finding, str]]:
        annotations = self._annotations
        known = self._kind and kind(result)
        if annotations is None or (known and (self._kind, known) in annotations.right):
            return []
        arguments = self._arguments
        if arguments is None:
            return []
        made = [claim for claim in claims(annotations.result, result, RESULT) if isinstance(claim.value, Tensor)]
        found = [*self._violations(arguments, result), *self._meanings(made)]
        if known and not found:
            self._remember((self._kind, known))
        return found

    # Findings

    @property
    def _trackers(self) -> tuple[Tracker, ...]:
        return (*self._others, self._own) if self._own is not None else self._others

    def _meanings(self, made: list[Claim]) -> Iterator[tuple[Finding, str]]:
        """Yield a finding for each tensor of which a tracker, or a DataLoader, knows better."""
        for claim in made:
            found = contradicted(claim.layout, claim.value, self._trackers)
            if found is None and self._own is not None and (mark := batches.mark(claim.value)):
                found = contradiction(claim.layout, mark)
            if found is not None:
                yield self._meaning(claim, found), ""

    def _meaning(self, claim: Claim, found: Contradiction) -> Finding:
        fits = f"{claim.name}.transpose({found.found_at}, {found.claimed_at}) fits" if found.turn else None
        fits = None if claim.name.startswith(RESULT) else fits
        shown = found.comparison("annotated" if self._visitor.axes is None else "axes=")
        layouts = (("annotated", found.claimed), ("known", found.known))
        message = f"{claim.name}: {found.fact}"
        return self._finding(Mistake(NOT_THE_ONE, message, fits, layouts, comparison=shown, subject=claim.name))

    def _broken(self, mistake: Mistake) -> Finding:
        layouts = tuple(("annotated", layout) for _, layout in mistake.layouts)
        return self._finding(replace(mistake, layouts=layouts))

    def _finding(self, mistake: Mistake) -> Finding:
        module, here = self._module, _torch.user_location()
        if module is None:
            return finding_of(mistake, self._name, "", here)
        return finding_of(mistake, _torch.path_from_stack(module), type(module).__name__, here)

    @property
    def _name(self) -> str:
        return str(getattr(self._function, "__qualname__", self._function))

    def _tell(self, found: list[tuple[Finding, str]] | None) -> None:
        heard = [(finding, reason) for finding, reason in found or () if self._observer.reporter.keeps(finding)]
        try:
            self._observer.reporter.tell([finding for finding, _ in heard], self._module)
        except ContractError as error:
            reasons = [reason for _, reason in heard if reason]
            if reasons:
                raise error from _jaxtypings(reasons)
            raise


def _jaxtypings(reasons: list[str]) -> Exception:
    from jaxtyping import TypeCheckError

    return TypeCheckError("\n".join(reasons))


def _is_disabled() -> bool:
    """Tell whether the user has switched jaxtyping off."""
    from jaxtyping import config

    return bool(config.jaxtyping_disable)


def _with_batch(layout: Layout, tensor: Tensor) -> Layout:
    """Add what a DataLoader says: that the first dim is the batch, where nobody has named it."""
    named = layout.dims and layout.dims[0] and layout.dims[0][0].axis != UNKNOWN
    return layout if named or not batches.has(tensor) else Layout((batch_first(tensor).dims[0], *layout.dims[1:]))
