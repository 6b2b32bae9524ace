"""`Finding`: a mistake in a model, with everything that is needed to mend it. It holds data; `words` writes it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from rnnshape import text
from rnnshape.drawing.pictured import Pictured
from rnnshape.report import words
from rnnshape.report.location import Location

if TYPE_CHECKING:
    from rnnshape.drawing.picture import Picture
    from rnnshape.layout.layout import Layout
    from rnnshape.layout.sizes import Size
    from rnnshape.report.catalogue.entry import Severity
    from rnnshape.report.grid import Grid

__all__ = ["Became", "Comparison", "Finding", "plain"]


class Became(NamedTuple):
    """What an operation made of a tensor whose Layout is shown before it: nobody can say more than its sizes.

    Attributes:
        operation: its name, such as "view".
        sizes: of its result.
    """

    operation: str
    sizes: tuple[Size, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a tensor should be beside what it is, dim by dim.

    Attributes:
        expected: its Layout as it is demanded or claimed; free sizes are symbols named like their axis.
        got: the real sizes, or the Layout that it really has.
        wrong: dims of ``got`` that are wrong.
        reasons: who bound each expected size, such as "batch=6 from dim 1 of the input".
        remark: stands beside the expected sizes.
        said: what ``expected`` is called.
        found: what ``got`` is called.
    """

    expected: Layout
    got: Layout | tuple[int, ...]
    wrong: tuple[int, ...] = ()
    reasons: tuple[str, ...] = ()
    remark: str = ""
    said: str = "expected"
    found: str = "got"

    def __str__(self) -> str:
        return "\n".join(words.compared(self))


@dataclass(frozen=True, slots=True)
class Finding(Pictured):
    """A mistake, with everything that is needed to mend it.

    Attributes:
        code: the rule, such as "RNS103".
        severity: "error", "warning" or "info".
        message: one sentence.
        module: path of the module concerned, such as "encoder.rnn".
        location: the user's line that is to be mended, or None.
        suggestion: an edit that was tried and fits, or None.
        layouts: the Layouts that prove it, by name.
        kind: the class of the module.
        became: what an operation made of the first of the Layouts, where one went wrong there.
        comparison: expected and got, where a tensor is held against a demand; its Layout is among ``layouts`` too.
        used_at: the line where it showed, where that is another one.
        raised_at: the line where the model raised for it, where that is another one.
        made_at: the line where the layer, or the output, was made that is concerned, where that may be what is to be mended.
        moved_at: the line that has put samples in the order, or along the dim, in which they do not fit, if another one.
        count: how often it happened.
        subject: which argument or result is wrong, such as "h_0", where one is.
        no_edit: why no edit can be known, where none is suggested.
        confirmed: what an experiment has measured that shows the same; empty where none has.
        grids: cells of the tensors that show it, for the picture; what follows from the Layouts is not among them.
    """

    code: str
    severity: Severity
    message: str
    module: str | None = None
    location: Location | None = None
    suggestion: str | None = None
    layouts: tuple[tuple[str, Layout], ...] = ()
    kind: str = ""
    became: Became | None = None
    comparison: Comparison | None = None
    used_at: Location | None = None
    raised_at: Location | None = None
    made_at: Location | None = None
    moved_at: Location | None = None
    count: int = 1
    subject: str = ""
    no_edit: str | None = None
    confirmed: str = ""
    grids: tuple[Grid, ...] = field(default=(), compare=False, repr=False)

    @property
    def picture(self) -> Picture:
        """What memory held before, what became of it, and what the edit makes; or the Layouts that show what is wrong."""
        from rnnshape.report.pictures.drawn import picture_of

        return picture_of(self)

    @property
    def headline(self) -> str:
        """The message with the module in front of it, unless it names that itself, with its class."""
        where = text.module_named(self.module or "", self.kind)
        is_named = bool(self.module) and f" {self.module} (" in f" {self.message}"
        return text.shown(f"{where}: {self.message}" if where and not is_named else self.message)

    @property
    def details(self) -> tuple[str, ...]:
        """Lines that show what was found: Layouts, expected and got, and where it was used."""
        return tuple(map(text.shown, words.details(self)))

    def __str__(self) -> str:
        return "\n".join(words.written(self))

    def __repr__(self) -> str:
        return f"{self.code} {self.severity}: {self.headline}" + (f"  ({self.location})" if self.location else "")

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "module": self.module,
            "location": asdict(self.location) if self.location else None,
            "suggestion": self.suggestion,
            "no_edit": self.no_edit,
            "layouts": {name: plain(layout) for name, layout in self.layouts},
            "kind": self.kind,
            "details": list(self.details),
            "count": self.count,
            "subject": self.subject,
            **({"confirmed": self.confirmed} if self.confirmed else {}),
        }


def plain(layout: Layout) -> dict[str, object]:
    """Return a Layout as JSON-ready data."""
    return {"layout": str(layout), "sizes": [s if isinstance(s, int) else str(s) for s in layout.sizes]}
