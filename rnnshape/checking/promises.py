"""What is said of the tensors of one call, by annotations or by ``axes=``, held against sizes and against what is known."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from torch import Tensor, nn

from rnnshape import _torch
from rnnshape.checking.batches import batches
from rnnshape.contracts.agreement import Agreement
from rnnshape.contracts.annotations import RESULT, Annotations, Claim, claims
from rnnshape.contracts.violations import BROKEN, violations
from rnnshape.report.finding import Finding
from rnnshape.report.mistake import Mistake, finding_of
from rnnshape.report.report import Report
from rnnshape.tracking.arguments import Argument, Axes, arguments_of
from rnnshape.tracking.claims import Contradiction, contradicted, contradiction
from rnnshape.tracking.labels import claims_of
from rnnshape.tracking.track import Tracker

__all__ = ["Broken", "Promises"]

NOT_THE_ONE = "RNS216"
"""The rule that is broken where an axis is not the one that is annotated."""


class Broken(NamedTuple):
    """A promise that was not kept.

    Attributes:
        finding: what is wrong.
        reason: jaxtyping's own text; empty where it has none.
    """

    finding: Finding
    reason: str = ""


class Promises:
    """What is said of the arguments and of the result of one call.

    Args:
        function: what is called.
        module: the module whose ``forward`` it is, or None.
        args: positional arguments, with the module where the function takes it.
        kwargs: the others.
        annotations: of the function, or None.
        axes: of the arguments, which stand for their annotations; or None.
        report: is told what could not be checked.
    """

    def __init__(
        self,
        function: Callable[..., object],
        module: nn.Module | None,
        args: tuple[object, ...],
        kwargs: dict[str, object],
        annotations: Annotations | None,
        axes: Axes,
        report: Report,
    ) -> None:
        self._function = function
        self._module = module
        self._args, self._kwargs = args, kwargs
        self._annotations = annotations
        self._axes = axes
        self._report = report

    @functools.cached_property
    def arguments(self) -> dict[str, object] | None:
        """The arguments by name; None where they do not fit, to which Python itself will object."""
        signature = self._annotations.signature if self._annotations is not None else None
        try:
            bound = (signature or inspect.signature(self._function)).bind(*self._args, **self._kwargs)
        except (TypeError, ValueError):
            return None
        bound.apply_defaults()
        return dict(bound.arguments)

    @property
    def own_arguments(self) -> dict[str, object]:
        """The arguments without modules."""
        named = (self.arguments or {}).items()
        return {name: value for name, value in named if not (isinstance(value, nn.Module) or name in ("self", "cls"))}

    def _in_order(self) -> list[Argument]:
        """The arguments as entries of axes= are counted: without self, and without modules unless these have an entry, None."""
        found = arguments_of(self._function, self._args, self._kwargs)
        own = _without(found, [a.place for a in found if a.name in ("self", "cls")])
        modules = [a.place for a in own if isinstance(a.value, nn.Module)]
        given = self._axes
        if isinstance(given, (tuple, list)) and all(place < len(given) and given[place] is None for place in modules):
            return own
        return _without(own, modules)

    # What is said

    def of_arguments(self) -> list[Claim]:
        """Return what is said of each tensor in the arguments."""
        if self._axes is not None:
            return list(claims_of(self._axes, self._in_order()))
        if self._annotations is None or self.arguments is None:
            return []
        return [claim for claim in self._annotations.claims(self.arguments) if isinstance(claim.value, Tensor)]

    def of_result(self, result: object) -> list[Claim]:
        """Return what is said of each tensor in the result."""
        hint = self._annotations.result if self._annotations is not None else None
        return [claim for claim in claims(hint, result, RESULT) if isinstance(claim.value, Tensor)]

    # Whether it is so

    def broken_by_sizes(self, said: list[Claim]) -> Iterator[Broken]:
        """Yield what is wrong with the sizes and dtypes of the arguments."""
        if self._axes is None:
            yield from self._violations()
            return
        agreement = Agreement(BROKEN)
        for claim in said:
            sizes = tuple(claim.value.shape)
            if mistake := agreement.hold(claim.layout, sizes, claim.name):
                turn = agreement.exchange(claim.layout, sizes)
                hint = f"{claim.name}.transpose({turn[0]}, {turn[1]}) fits" if turn else None
                yield Broken(self._annotated(replace(mistake, suggestion=hint)))

    def broken_by_result(self, result: object) -> Iterator[Broken]:
        """Yield what is wrong with the sizes and dtypes of the result."""
        yield from self._violations(result)

    def broken_by_meaning(self, said: list[Claim], trackers: tuple[Tracker, ...], follows: bool) -> Iterator[Broken]:
        """Yield each tensor of which a tracker knows better; or a DataLoader, where the call is the first that is followed."""
        for claim in said:
            found = contradicted(claim.layout, claim.value, trackers)
            if found is None and follows and (mark := batches.mark(claim.value)):
                found = contradiction(claim.layout, mark)
            if found is not None:
                yield Broken(self._of_contradiction(claim, found))

    def _violations(self, *result: object) -> Iterator[Broken]:
        annotations, arguments = self._annotations, self.arguments
        if not annotations or arguments is None or annotations.checked_by_user or _is_disabled():
            return
        for violation in violations(annotations, arguments, *result):
            yield Broken(self._annotated(violation.mistake), violation.reason)
        if annotations.note:
            self._report.could_not_follow(f"{self._name}: {annotations.note}")

    # Findings

    def _annotated(self, mistake: Mistake) -> Finding:
        layouts = tuple(("annotated", layout) for _, layout in mistake.layouts)
        return self._finding(replace(mistake, layouts=layouts))

    def _of_contradiction(self, claim: Claim, found: Contradiction) -> Finding:
        fits = f"{claim.name}.transpose({found.found_at}, {found.claimed_at}) fits" if found.turn else None
        fits = None if claim.name.startswith(RESULT) else fits
        shown = found.comparison("annotated" if self._axes is None else "axes=")
        layouts = (("annotated", found.claimed), ("known", found.known))
        message = f"{claim.name}: {found.fact}"
        return self._finding(Mistake(NOT_THE_ONE, message, fits, layouts, comparison=shown, subject=claim.name))

    def _finding(self, mistake: Mistake) -> Finding:
        module, here = self._module, _torch.user_location()
        if module is None:
            return finding_of(mistake, self._name, "", here)
        return finding_of(mistake, _torch.path_from_stack(module), type(module).__name__, here)

    @property
    def _name(self) -> str:
        return str(getattr(self._function, "__qualname__", self._function))


def _is_disabled() -> bool:
    """Tell whether the user has switched jaxtyping off."""
    from jaxtyping import config

    return bool(config.jaxtyping_disable)


def _without(arguments: list[Argument], places: list[int]) -> list[Argument]:
    """Return the other arguments, each at its place among them."""
    return [a._replace(place=a.place - sum(p < a.place for p in places)) for a in arguments if a.place not in places]
