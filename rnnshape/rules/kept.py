"""RNS316: steps that were kept as views of memory which was written to afterwards."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from rnnshape.operations.uses import Overwritten
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake
from rnnshape.rules.assigned import call_at, picked_at
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import wrong

__all__: list[str] = []


@rule(Overwritten)
def overwritten_views(use: Overwritten, step: Step) -> Iterator[Mistake]:
    """States were written one after another into one buffer, and views of it were kept: all show the last of them."""
    memory = f"{use.name} puts {use.parts} tensors together that are the same memory"
    message = f"{memory}, which was written to after they were taken: all of them show what was written last"
    view = _view_at(use.location)
    fits = None if view is None else f"{view}.clone() keeps each as it was"
    yield wrong("RNS316", message, fits, at=use.location)


def _view_at(location: Location | None) -> str | None:
    """Return what a line keeps, where it takes the view itself."""
    call = call_at(location, "append")
    if call is not None and len(call.args) == 1 and isinstance(call.args[0], (ast.Subscript, ast.Call)):
        return ast.unparse(call.args[0])
    return picked_at(location) or None
