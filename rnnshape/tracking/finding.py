"""A finding made of a rule's mistake, with the place where the model is."""

from __future__ import annotations

from rnnshape import text
from rnnshape.coordinates.mark import ROWS, Mark
from rnnshape.coordinates.reading import layout_before, layout_of
from rnnshape.layout.layout import Layout
from rnnshape.report.catalogue import rule
from rnnshape.report.report import Finding, Location
from rnnshape.rules.mistake import Mistake

__all__ = ["finding_of"]

_SHOWN = ("batch", ROWS, "seq", "layers", "directions")


def finding_of(mistake: Mistake, scene: tuple[Location | None, str, str], here_is: str | None) -> Finding:
    """Make a finding of a mistake.

    Args:
        mistake: as a rule yielded it.
        scene: the user's line, and path and class of the innermost module, at the moment.
        here_is: what the line is for a mistake that was made elsewhere, such as "used at"; None where it is nothing to it.
    """
    here, module, kind = scene
    site = mistake.site
    location = mistake.at or (site.location if site and site.location else here)
    details: list[str] = []
    layouts: list[tuple[str, Layout]] = []
    before = layout_before(site) if site else None
    if site and before is not None:
        layouts.append(("before", before))
        details.append(f"  before    {before}  {text.sizes(before.sizes)}")
        details.append(f"  {site.name:<9} {text.sizes(site.sizes)}")
    for name, one in mistake.shown:
        layout = layout_of(one, _SHOWN) if isinstance(one, Mark) else one
        if layout is not None and not (site and name == "seen"):
            layouts.append((name, layout))
            details.append(f"  {name:<9} {layout}  {text.sizes(layout.sizes)}")
    elsewhere = here is not None and location is not None and (here.file, here.line) != (location.file, location.line)
    if here_is is not None and here is not None and elsewhere:
        details.append(f"  {here_is:<9} {here}" + (f":  {here.code}" if here.code else ""))
    module, kind = mistake.module or (module, kind)
    return Finding(
        mistake.code, rule(mistake.code).severity, mistake.message, module, location, mistake.suggestion, tuple(layouts), kind,
        tuple(details),
    )  # fmt: skip
