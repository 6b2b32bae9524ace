"""Whether real sizes agree with Layouts that share their symbols: those of one call, or of one block of assertions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from rnnshape import text
from rnnshape.contracts.mismatch import mismatch
from rnnshape.layout.axes import UNKNOWN, Axis, Block, Factor, role_of
from rnnshape.layout.binding import substituted
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Monomial, Size, divide
from rnnshape.report.mistake import Mistake

__all__ = ["Agreement", "Bound"]


class Bound(NamedTuple):
    """The size of a symbol, and who said so, such as "dim 0 of x (6, 9, 4)"."""

    size: int
    source: str


class Agreement:
    """The symbols whose sizes are known by now. One that begins with an underscore is of any size each time.

    Args:
        code: the rule that is broken where sizes disagree.
        known: symbols that have a size before anything is seen.
    """

    def __init__(self, code: str, known: Mapping[str, Bound] = {}) -> None:
        self.code = code
        self.bound = dict(known)

    def hold(self, layout: Layout, sizes: Sequence[int], what: str, source: str = "") -> Mistake | None:
        """Hold sizes against a Layout; where they agree, its symbols are bound from then on.

        Args:
            layout: what is claimed.
            sizes: of the real tensor.
            what: names the tensor in a message, such as "x".
            source: names it where it has bound a symbol; "x (6, 9, 4)" where it is not given.
        """
        layout = _spelled_alike(layout)
        got = tuple(sizes)
        if len(got) != layout.ndim:
            fact = f"{what} has {text.count(len(got), 'dim')}, expected {layout.ndim}"
            return mismatch(self.code, what, fact, self._filled(layout, self.bound), got, reasons=self._reasons(layout))
        found = dict(self.bound)
        wrong = tuple(sorted(self._solve(layout, got, source or f"{what} {text.sizes(got)}", found)))
        if not wrong:
            self.bound = found
            return None
        expected = self._filled(layout, found)
        axes = text.listed(_axis(expected.names[d], d) + f" is {got[d]}" for d in wrong)
        wanted = text.listed(expected.sizes[d] for d in wrong)
        reasons = self._reasons(layout)
        return mismatch(self.code, what, f"{what} {axes}, expected {wanted}", expected, got, wrong, reasons)

    def exchange(self, layout: Layout, sizes: Sequence[int]) -> tuple[int, int] | None:
        """Return the one pair of dims whose exchange makes sizes agree; None where there is none, or several."""
        layout = _spelled_alike(layout)
        fits: list[tuple[int, int]] = []
        for i, j in combinations(range(len(sizes)), 2):
            turned = list(sizes)
            turned[i], turned[j] = sizes[j], sizes[i]
            if (
                turned != list(sizes)
                and layout.ndim == len(turned)
                and not list(self._solve(layout, turned, "", {**self.bound}))
            ):
                fits.append((i, j))
        return fits[0] if len(fits) == 1 else None

    def _solve(self, layout: Layout, sizes: Sequence[int], source: str, found: dict[str, Bound]) -> Iterator[int]:
        """Bind what the sizes decide, and yield the dims that disagree. What stays undecided disagrees with nothing."""
        waiting = dict(enumerate(sizes))
        while waiting:
            before = len(waiting)
            for dim, size in list(waiting.items()):
                expected = self._filled(Layout((layout.dims[dim],)), found).sizes[0]
                if isinstance(expected, int):
                    wrong = expected != size
                elif len(expected.symbols) == 1:
                    value = divide(size, expected.coefficient)
                    wrong = not isinstance(value, int)
                    if isinstance(value, int) and not expected.symbols[0].startswith("_"):
                        found[expected.symbols[0]] = Bound(value, f"dim {dim} of {source}")
                else:
                    continue
                del waiting[dim]
                if wrong:
                    yield dim
            if len(waiting) == before:
                return

    @staticmethod
    def _filled(layout: Layout, bound: Mapping[str, Bound]) -> Layout:
        return Layout(substituted(layout.dims, {symbol: b.size for symbol, b in bound.items()}))

    def _reasons(self, layout: Layout) -> tuple[str, ...]:
        """Say who bound each symbol before this tensor came."""
        symbols = dict.fromkeys(s for size in layout.sizes if isinstance(size, Monomial) for s in size.symbols)
        return tuple(f"{s}={self.bound[s].size} from {self.bound[s].source}" for s in symbols if s in self.bound)


def _axis(name: str, dim: int) -> str:
    return f"dim {dim}" if name in ("?", "1") else f"axis '{name}'"


def _spelled_alike(layout: Layout) -> Layout:
    """Give the size of an axis the name of the axis where its symbol only spells it: ``batch=N`` is ``batch``."""

    def renamed(size: Size, axis: Axis) -> Size:
        own = isinstance(size, Monomial) and size.coefficient == 1 and len(size.symbols) == 1
        return Monomial(1, (axis.name,)) if own and role_of(str(size)) == axis.name else size

    def factor(f: Factor) -> Factor:
        if isinstance(f.axis, Block) or f.axis == UNKNOWN:
            return f
        return f._replace(size=renamed(f.size, f.axis), stride=f.stride, total=renamed(f.total, f.axis))

    return Layout(tuple(tuple(map(factor, dim)) for dim in layout.dims))
