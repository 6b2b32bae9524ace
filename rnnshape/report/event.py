"""`Event`: calls of one layer with the same sizes, and the counter of how many there were."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from rnnshape import text
from rnnshape.report.finding import plain

if TYPE_CHECKING:
    from rnnshape.layout.layout import Layout

__all__ = ["Event", "Passage"]


@dataclass(frozen=True, slots=True)
class Event:
    """Calls of one module with the same sizes.

    Attributes:
        module: path of the module in the model, such as "encoder.rnn"; empty for the model itself.
        kind: its class.
        spec: its configuration, as torch prints it.
        layouts: the Layout of each tensor, by name: input, h_0, output, h_n, ... Empty for "other sizes", once too many were
            seen.
        batch_first: whether input and output are batch-first.
        packed: samples and steps of a PackedSequence, else None.
        given: the names of the states that were passed; without them they are zeros.
        calls: how many there were.
    """

    module: str
    kind: str
    spec: str
    layouts: tuple[tuple[str, Layout], ...]
    batch_first: bool = False
    packed: tuple[int, int] | None = None
    given: tuple[str, ...] = ()
    calls: int = 1

    def layout(self, name: str) -> Layout | None:
        """Return the Layout of a tensor by its name, None where there is none."""
        return dict(self.layouts).get(name)

    def __str__(self) -> str:
        shown = [f"{name} {layout} {text.sizes(layout.sizes)}" for name, layout in self.layouts]
        where = f"{self.module} ({self.kind})" if self.module not in ("", self.kind) else self.kind
        return text.shown(f"{where}: {', '.join(shown) or 'other sizes'}")

    def to_dict(self) -> dict[str, Any]:
        """Return JSON-ready data; a Layout is ``{"layout": str, "sizes": list}``."""
        return {**asdict(self), "layouts": {name: plain(layout) for name, layout in self.layouts}}


class Passage:
    """A counter of identical calls: the event, and how often it came."""

    __slots__ = ("calls", "event")

    def __init__(self, event: Event) -> None:
        self.event: Event = event
        self.calls: int = 0
