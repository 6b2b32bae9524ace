"""`Influence`: who influences whom in a model, as it was measured. Plain data; `render.influence` draws it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from rnnshape.drawing.pictured import Pictured
from rnnshape.render.influence import influence_text
from rnnshape.report.finding import Finding, plain
from rnnshape.report.location import Location

if TYPE_CHECKING:
    from rnnshape.drawing.picture import Picture
    from rnnshape.layout.layout import Layout

__all__ = ["EXPERIMENTS", "Experiment", "Influence", "Matrix", "Meeting", "Verdict"]

Verdict = Literal["apart", "together", "fact", "unknown"]
"""What an experiment says: nothing reaches what it must not; something does; something does that may be meant; nobody knows."""

EXPERIMENTS = ("samples", "order", "number", "padding", "future", "steps", "targets", "states", "use")
"""The experiments, in the order in which they are made and shown."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """How much of one thing changes with another.

    Attributes:
        rows: what may change, such as "sample".
        columns: what was changed, such as "sample".
        values: for each row, for each column, the share of its elements that changed, from 0 to 1.
    """

    rows: str
    columns: str
    values: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class Experiment:
    """What one experiment has shown.

    Attributes:
        name: one of `EXPERIMENTS`.
        verdict: as in `Verdict`.
        evidence: sentences, such as "changing sample 3 changes 41% of sample 0's output".
        matrix: what influences what, where that has rows and columns.
        by: how it was measured.
    """

    name: str
    verdict: Verdict
    evidence: tuple[str, ...] = ()
    matrix: Matrix | None = None
    by: Literal["differences", "gradients"] = "differences"


@dataclass(frozen=True, slots=True)
class Meeting:
    """The first operation whose inputs keep samples apart and whose output does not.

    Attributes:
        operation: its name.
        location: the user's line.
        module: path of the innermost module that was called there.
        kind: its class.
        sizes: of its result.
        rows: some rows of the result with the samples that are in each, in words.
        layouts: what the operation was given, by name, as far as it is known what the axes are.
        turned: the operation that has put samples along the dim in which they meet in a layer; empty where none has.
        turned_at: its line.
    """

    operation: str
    location: Location | None
    module: str
    kind: str
    sizes: tuple[int, ...]
    rows: str
    layouts: tuple[tuple[str, Layout], ...] = ()
    turned: str = ""
    turned_at: Location | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        plainly = {name: plain(layout) for name, layout in self.layouts}
        return asdict(replace(self, layouts=())) | {"layouts": plainly}


@dataclass(frozen=True, slots=True, repr=False)
class Influence(Pictured):
    """Who influences whom.

    Attributes:
        samples: whether the output of one sample depends on another one.
        order: whether it depends on the place of the sample in its batch.
        number: whether it depends on how many samples there are.
        padding: whether it depends on what lies beyond the end of the sample, and on how much of it.
        future: whether the output of a step depends on later steps; asked for by ``causal=True``.
        steps: whether steps that lay in rows are dealt out over rows of several, before something reads these rows, and
            whether rows of the output know both ends of their sample and nothing between.
        targets: whether the gradient of one sample's output depends on the target of another one.
        states: whether what a recurrent layer returns as one state is read as another one.
        use: what of the input and of the layers never matters.
        meeting: where samples first meet; None where they do not, or where no line is known.
        findings: what is wrong of it, with the codes RNS601 to RNS611.
        untried: experiments that could not be made, each with the reason.
    """

    samples: Experiment | None = None
    order: Experiment | None = None
    number: Experiment | None = None
    padding: Experiment | None = None
    future: Experiment | None = None
    steps: Experiment | None = None
    targets: Experiment | None = None
    states: Experiment | None = None
    use: Experiment | None = None
    meeting: Meeting | None = None
    findings: tuple[Finding, ...] = ()
    untried: tuple[str, ...] = ()

    @property
    def experiments(self) -> tuple[Experiment, ...]:
        """Those that were made."""
        return tuple(made for name in EXPERIMENTS if (made := getattr(self, name)) is not None)

    @property
    def ok(self) -> bool:
        """Whether something was measured, and there is no finding of severity error or warning."""
        return bool(self.experiments) and all(finding.severity == "info" for finding in self.findings)

    @property
    def picture(self) -> Picture:
        """A grid for each experiment with rows and columns; the area of a square is the share that changed."""
        from rnnshape.experiments.picture import picture_of

        return picture_of(self)

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return {
            "experiments": [asdict(experiment) for experiment in self.experiments],
            "meeting": self.meeting.to_dict() if self.meeting else None,
            "findings": [finding.to_dict() for finding in self.findings],
            "untried": list(self.untried),
        }

    def __repr__(self) -> str:
        return influence_text(self)
