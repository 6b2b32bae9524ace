"""ignite: a handler that watches the first iterations of an engine."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING

from ignite.engine import Engine, Events

from rnnshape.integrations.steps import Stages
from rnnshape.report.catalogue import FailOn
from rnnshape.report.report import Report
from rnnshape.report.reporter import Action

if TYPE_CHECKING:
    from torch import nn

    from rnnshape.tracking.arguments import Axes

__all__ = ["RNNShapeHandler"]

logger = logging.getLogger("rnnshape")


class RNNShapeHandler:
    """Watch the first iterations of an engine, and say what is wrong with them; see `rnnshape.integrations.lightning`.

    Args:
        model: the module that the engine's function calls.
        track: for how many iterations every axis is followed. After them nothing of rnnshape's is left.
        on: what is done about an error when it is met: "warn", "log", "raise" or "record".
        fail_on: the least severity that ends the run after these iterations: "error", "warning" or "never".
        axes: what the axes of ``forward``'s arguments are, as `rnnshape.diagnose` takes them.
        ignore: codes that are not reported.

    Raises:
        SpecError: for an option that does not exist.
        ContractError: during the run, for what ``fail_on`` or ``on="raise"`` asks for.

    Attributes:
        report: what was seen; None before the run.

    Example::

        from rnnshape.integrations.ignite import RNNShapeHandler

        RNNShapeHandler(model, fail_on="error").attach(trainer)
    """

    def __init__(
        self,
        model: nn.Module,
        track: int = 3,
        on: Action = "warn",
        fail_on: FailOn = "never",
        axes: Axes = None,
        ignore: Iterable[str] = (),
    ) -> None:
        self._model = model
        self._stages = Stages(track, on, fail_on, axes, ignore, say=logger.warning)

    @property
    def report(self) -> Report | None:
        """What was seen of the run."""
        return self._stages.reports.get("the run")

    def attach(self, engine: Engine) -> None:
        """Have an engine call this handler."""
        engine.add_event_handler(Events.STARTED, self._begin)
        engine.add_event_handler(Events.ITERATION_COMPLETED, self._stages.step)
        engine.add_event_handler(Events.COMPLETED, self._stages.end)
        engine.add_event_handler(Events.EXCEPTION_RAISED, self._fail)

    def _begin(self) -> None:
        self._stages.begin("the run", self._model)

    def _fail(self, error: BaseException) -> None:
        self._stages.leave()
        raise error
