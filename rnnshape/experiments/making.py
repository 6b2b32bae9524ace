"""What experiments need: a copy of the model, if that may be made, and where the samples lie in what it is given."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch
from torch import nn
from torch.nn.parameter import is_lazy

from rnnshape import _torch
from rnnshape.coordinates.tables import runs_along
from rnnshape.experiments.places import Given, Place, places_in
from rnnshape.experiments.subject import Subject, Unfit, hook_of_all_modules
from rnnshape.hooks.class_call import reporters
from rnnshape.tracking.arguments import Argument, Axes, arguments_of

if TYPE_CHECKING:
    from rnnshape.tracking.track import Tracker

__all__ = ["axes_of", "copy_of", "places_of"]


def copy_of(model: nn.Module, train: bool = False, watched: bool = False) -> Subject:
    """Return a copy of a model for experiments.

    Args:
        model: the user's, which is only read.
        train: whether the copy is run as while it trains.
        watched: whether it is known that somebody of ours watches, and seen to that the runs pass by.

    Raises:
        Unfit: where it cannot be copied, or somebody would see the runs of the copy.
    """
    if (reporters() and not watched) or _torch.watching_modes() or torch._C._len_torch_dispatch_stack():
        raise Unfit("somebody watches what this thread does, and would see every run of a copy; probe outside of it")
    if _torch.is_recorded() or not _torch.is_judged_here():
        raise Unfit("a profiler, a tracer or a compiler would record every run of a copy; probe outside of it")
    if _torch.is_transformed():
        raise Unfit("a transform of torch.func would see every run of a copy; probe outside of it")
    if torch.is_inference_mode_enabled():
        raise Unfit("in inference mode there are no gradients; probe outside of it")
    if _torch.is_sharded(model) or _torch.is_distributed(model):
        raise Unfit("every run of a copy would talk to the other ranks; probe the model that is wrapped, on one of them")
    if name := hook_of_all_modules():
        raise Unfit(f"the hook {name} of every module would see every run of a copy; remove it for the probe")
    if _torch.has_saved_tensors_hooks():
        raise Unfit("hooks for saved tensors are on, and would see every run of a copy; probe outside of them")
    if any(is_lazy(parameter) for parameter in model.parameters()):
        raise Unfit("the model has lazy parameters, which have no values yet; run it once")
    if any(tensor.is_meta for tensor in (*model.parameters(), *model.buffers())):
        raise Unfit("the model is on the meta device, where tensors have no values")
    return Subject(model, train)


def places_of(tracker: Tracker, model: nn.Module, given: Given) -> list[Place]:
    """Return where samples lie in what a model and its loss are given, by what a tracker knows."""
    padding: Mapping[str, Any] = dict(tracker.telling.step.padding)
    found: list[Place] = []
    for argument in arguments_of(model.forward, given.args, given.kwargs):
        found += places_in(argument.value, argument.name, tracker.book.mark, padding)
    known = {id(place.tensor) for place in found}
    targets = places_in(given.target, "target", tracker.book.mark, padding)
    return [*found, *(replace(place, is_target=True) for place in targets if id(place.tensor) not in known)]


def axes_of(places: Iterable[Place], arguments: Iterable[Argument]) -> Axes:
    """Return axes for arguments of which it is known in which dim the samples lie, and no more."""
    found: dict[str, str] = {}
    known = {place.name: place.samples for place in places}
    for argument in arguments:
        samples = known.get(argument.name)
        if samples is not None and len(dims := runs_along(samples)) == 1:
            found[argument.name] = " ".join("batch" if d in dims else f"?={size}" for d, size in enumerate(samples.shape))
    return found or None
