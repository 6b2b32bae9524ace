"""How the costs of a layer grow with its sizes. The formulas are the calculator's own, computed over letters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from rnnshape import text
from rnnshape.calculator.costs import COSTS, Scale
from rnnshape.calculator.tables import title
from rnnshape.drawing.pictured import Pictured
from rnnshape.layout.sizes import Monomial, Quantity, Size, Total, parse_size, product, quantity

if TYPE_CHECKING:
    from rnnshape.calculator.calc import Prediction
    from rnnshape.drawing.picture import Picture

__all__ = ["Growth", "Scaling", "scaling"]

_MEANS = {
    "T": "seq", "B": "batch", "R": "real steps of all samples",
    "I": "input_size", "H": "hidden_size", "P": "proj_size", "L": "num_layers", "D": "directions",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Growth:
    """How one cost grows.

    Attributes:
        name: of the cost, as `Prediction` has it: "flops", "saved_bytes", ...
        now: its value at these sizes.
        formula: it as a sum of products of letters.
        degrees: the highest power in which each letter stands in the formula.
        factors: what the cost is multiplied by when one size is doubled and the others stay; for D, when 1 direction becomes 2.
            None where that depends on a size that is a symbol.
    """

    name: str
    now: Quantity
    formula: Total
    degrees: Mapping[str, int]
    factors: Mapping[str, Fraction | None]


@dataclass(frozen=True, repr=False)
class Scaling(Pictured):
    """How every cost of a layer grows with its sizes; its repr is a table.

    Attributes:
        title: the layer.
        sizes: the letters and what they are now.
        rows: one `Growth` for each cost.
    """

    title: str
    sizes: Mapping[str, Size]
    rows: tuple[Growth, ...]

    def __getitem__(self, name: str) -> Growth:
        """Return the growth of one cost.

        Raises:
            KeyError: where there is no cost of that name.
        """
        for row in self.rows:
            if row.name == name:
                return row
        names = [row.name for row in self.rows]
        raise KeyError(f"no cost {name!r}{text.nearest(name, names) or '; there are ' + text.listed(names)}")

    def __iter__(self) -> Iterator[Growth]:
        return iter(self.rows)

    @property
    def picture(self) -> Picture:
        """A row for each cost, and a bar for what doubling each size makes of it."""
        from rnnshape.calculator.pictures.growth import picture_of

        return picture_of(self)

    @staticmethod
    def means(letter: str) -> str:
        """Return the size that a letter stands for, such as "seq" for T."""
        return _MEANS[letter]

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-ready data; a factor is a float."""

        def plain(value: Size | Quantity) -> int | str:
            return value if isinstance(value, int) else str(value)

        def row(growth: Growth) -> dict[str, object]:
            factors = {letter: None if f is None else float(f) for letter, f in growth.factors.items()}
            degrees = dict(growth.degrees)
            return {"now": plain(growth.now), "formula": str(growth.formula), "degrees": degrees, "factors": factors}

        return {
            "layer": self.title,
            "sizes": {letter: {"size": plain(size), "means": _MEANS[letter]} for letter, size in self.sizes.items()},
            "costs": {growth.name: row(growth) for growth in self.rows},
        }

    def __repr__(self) -> str:
        letters = list(self.rows[0].factors)
        head = ["", "", *("D 1 to 2" if letter == "D" else f"2 x {letter}" for letter in letters)]
        rows = [[g.name, text.number(g.now), *(_factor(g.factors[letter]) for letter in letters)] for g in self.rows]
        sizes = [f"{letter}={size} {_MEANS[letter]}" for letter, size in self.sizes.items()]
        formulas = [[growth.name, f"= {growth.formula}"] for growth in self.rows]
        lines = [self.title, *text.columns([head, *rows]), f"  with {', '.join(sizes)}", *text.columns(formulas)]
        return text.fitted("\n".join(lines))


def _factor(factor: Fraction | None) -> str:
    if factor is None:
        return "varies"
    if factor == 1:
        return "same"
    return f"x {factor}" if factor.denominator == 1 else f"x {float(factor):.2f}"


def scaling(p: Prediction) -> Scaling:
    """Tell how every cost of a predicted layer grows with its sizes."""
    sizes = _sizes(p)
    scale = _lettered(p, sizes)
    grown = _grown(p, sizes)
    rows: list[Growth] = []
    for name, cost in COSTS.items():
        formula = Total() + cost(p.spec, scale)
        degrees = {letter: formula.degree(letter) for letter in sizes}
        factors = {letter: _ratio(formula, before, after) for letter, (before, after) in grown.items()}
        rows.append(Growth(name, cost(p.spec, p.scale), formula, degrees, factors))
    return Scaling(title(p), sizes, tuple(rows))


def _sizes(p: Prediction) -> dict[str, Size]:
    """Give every size that this layer has its letter."""
    spec = p.spec
    steps: dict[str, Size] = {} if p.seq is None else {"T": p.seq}
    if p.lengths is not None:
        steps = {"R": sum(p.lengths)}
    batch: dict[str, Size] = {} if p.batch is None else {"B": p.batch}
    projection: dict[str, Size] = {"P": spec.proj_size} if spec.proj_size else {}
    stack: dict[str, Size] = {} if spec.cell else {"L": spec.num_layers, "D": spec.directions}
    return {**steps, **batch, "I": spec.input_size, "H": spec.hidden_size, **projection, **stack}


def _lettered(p: Prediction, sizes: Mapping[str, Size]) -> Scale:
    """Return the scale in which every size is its letter."""
    letter: dict[str, Quantity] = {name: quantity(parse_size(name)) for name in sizes}
    batch = letter.get("B", 1)
    return p.scale._replace(
        input_size=letter["I"],
        hidden_size=letter["H"],
        proj_size=letter.get("P", 0),
        num_layers=letter.get("L", 1),
        directions=letter.get("D", 1),
        batch=batch,
        steps=letter["R"] if "R" in letter else letter.get("T", 1) * batch,
    )


def _grown(p: Prediction, sizes: Mapping[str, Size]) -> dict[str, tuple[dict[str, Size], dict[str, Size]]]:
    """Return the sizes before and after the growth of each letter; a symbol stays the letter."""
    now: dict[str, Size] = {letter: Monomial(1, (letter,)) if isinstance(s, Monomial) else s for letter, s in sizes.items()}

    def doubled(*letters: str) -> tuple[dict[str, Size], dict[str, Size]]:
        return now, {**now, **{letter: product((2, now[letter])) for letter in letters}}

    packed = p.lengths is not None
    found = {"T": doubled("R")} if packed else {"T": doubled("T")} if "T" in sizes else {}
    if "B" in sizes:
        found["B"] = doubled("B", "R") if packed else doubled("B")
    found["H"] = doubled("H")
    if not p.spec.cell:
        found["L"] = doubled("L")
        found["D"] = {**now, "D": 1}, {**now, "D": 2}
    return found


def _ratio(formula: Total, before: Mapping[str, Size], after: Mapping[str, Size]) -> Fraction | None:
    """Divide two values of a formula; None where that depends on a symbol."""
    small, large = formula.substitute(before).coefficients(), formula.substitute(after).coefficients()
    found = {Fraction(large.get(symbols, 0), number) for symbols, number in small.items()} or {Fraction(1)}
    return found.pop() if len(found) == 1 else None
