"""RNS220 of a mixture that is spelt part by part: its weights sum to one along another dim than that of the parts.

Where all parts are summed at once nothing is said: routing between capsules normalises over those that read, and sums over
those that are read, on purpose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from rnnshape.coordinates.mark import MADE, MIXTURE, Mark
from rnnshape.coordinates.tables import varies
from rnnshape.operations.uses import Comparison, Contraction, Pairing, RecurrentInput, Returned
from rnnshape.report.mistake import Mistake
from rnnshape.rules.registry import rule
from rnnshape.rules.step import Step
from rnnshape.rules.wording import wrong

__all__: list[str] = []

# Who sums over the dim along which the weights sum to one, has pooled over it, part by part: nothing of that comes here.


@rule(Pairing)
def a_mixture_in_a_product(use: Pairing, step: Step) -> Iterator[Mistake]:
    """A mixture is multiplied and summed over another dim than that along which its weights sum to one."""
    for one in (0, 1) if use.summed else ():
        summed = {pair[one] for pair in use.summed}
        yield from _mistakes(use.marks[one], [d for d in range(len(use.marks[one].sizes)) if d not in summed], step)


@rule(Contraction)
def a_mixture_in_a_layer(use: Contraction, step: Step) -> Iterator[Mistake]:
    """A layer gives each of the weights that sum to one a weight of its own."""
    yield from _mistakes(use.mark, use.dims, step)


@rule(RecurrentInput, Returned)
def a_mixture_goes_on(use: RecurrentInput | Returned, step: Step) -> Iterator[Mistake]:
    """A mixture is read as a sequence, or is what the model says."""
    yield from _mistakes(use.mark, range(len(use.mark.sizes)), step)


@rule(Comparison)
def a_mixture_before_a_target(use: Comparison, step: Step) -> Iterator[Mistake]:
    """A mixture is compared with a target, element by element."""
    yield from _mistakes(use.scores, range(len(use.scores.sizes)), step)


def _mistakes(mark: Mark, dims: Iterable[int], step: Step) -> Iterator[Mistake]:
    for axis, table in mark.of(MIXTURE):
        if axis in mark.sites and any(varies(table, d) for d in dims) and "RNS220" not in step.told:
            site = mark.sites[axis]
            over, along, _ = axis.of.lstrip(MADE).split("/")
            parts = site.sizes[int(along)]
            what = f"{site.name} normalises over dim {over}, and its {parts} parts along dim {along} weigh what is added up"
            message = f"{what}: the weights of what is mixed do not sum to 1"
            yield wrong("RNS220", message, f"dim={along} normalises over the parts", site=site)
