"""An input of a batch and its steps that a recurrent layer takes for one sequence: nobody has named its features."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rnnshape import _torch
from rnnshape.calls import spec_of
from rnnshape.dryrun.descriptions import Description, nested
from rnnshape.layout.axes import Axis, whole
from rnnshape.layout.layout import Layout

if TYPE_CHECKING:
    from rnnshape.dryrun.running import Request, Run

__all__ = ["without_features"]


def without_features(request: Request, found: Run, trial: Callable[[Request], Run]) -> list[str]:
    """Say what to write where a layer was given a batch and its steps and no features; it was tried.

    Args:
        request: what is predicted.
        found: what came of it.
        trial: runs another request, of which nobody hears.
    """
    path = next((f.module for f in found.report.findings if f.code == "RNS102"), None)
    modules = dict(_torch.named_modules(found.model or request.model))
    spec = spec_of(modules[path]) if path is not None and path in modules else None
    named = [d for d in _descriptions(request) if _is_featureless(d.layout)]
    if spec is None or len(named) != 1:
        return []
    whole_layout = Layout((*named[0].layout.dims, (whole(Axis("feature"), spec.input_size),)))

    def with_features(value: Any) -> Any:
        return nested(value, lambda item, _: replace(item, layout=whole_layout) if item is named[0] else item)

    if trial(replace(request, args=with_features(request.args), kwargs=with_features(request.kwargs))).error is not None:
        return []
    names = f"'{named[0].layout}' names no features, so a recurrent layer reads one sequence, unbatched"
    return [f"{named[0].where}: {names}; it runs with '{whole_layout}'"]


def _descriptions(request: Request) -> list[Description]:
    found: list[Description] = []

    def look(item: object, _: str) -> None:
        if isinstance(item, Description):
            found.append(item)

    nested((request.args, request.kwargs), look)
    return found


def _is_featureless(layout: Layout) -> bool:
    """Tell whether a Layout has a batch and steps, of sizes that are numbers, and nothing else."""
    return sorted(layout.names) == ["batch", "seq"] and all(isinstance(size, int) for size in layout.sizes)
