"""transformers: a callback for its ``Trainer``, which watches the first steps of a training."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from transformers import TrainerCallback

from rnnshape.integrations.steps import Stages
from rnnshape.report.catalogue import FailOn
from rnnshape.report.report import Report
from rnnshape.report.reporter import Action

if TYPE_CHECKING:
    from rnnshape.tracking.arguments import Axes

__all__ = ["RNNShapeCallback"]

logger = logging.getLogger("rnnshape")


class RNNShapeCallback(TrainerCallback):
    """Watch the first steps of a training, and say what is wrong with them; see `rnnshape.integrations.lightning`.

    Args:
        track: for how many steps every axis is followed. After them nothing of rnnshape's is left.
        on: what is done about an error when it is met: "warn", "log", "raise" or "record".
        fail_on: the least severity that ends the training after these steps: "error", "warning" or "never".
        axes: what the axes of ``forward``'s arguments are, as `rnnshape.diagnose` takes them.
        ignore: codes that are not reported.

    Raises:
        SpecError: for an option that does not exist.
        ContractError: during the training, for what ``fail_on`` or ``on="raise"`` asks for.

    Attributes:
        report: what was seen; None before the training.

    Example::

        from rnnshape.integrations.transformers import RNNShapeCallback

        Trainer(model, arguments, train_dataset=data, callbacks=[RNNShapeCallback(fail_on="error")]).train()
    """

    def __init__(
        self,
        track: int = 3,
        on: Action = "warn",
        fail_on: FailOn = "never",
        axes: Axes = None,
        ignore: Iterable[str] = (),
    ) -> None:
        self._stages = Stages(track, on, fail_on, axes, ignore, say=logger.warning)

    @property
    def report(self) -> Report | None:
        """What was seen of the training."""
        return self._stages.reports.get("training")

    def on_train_begin(self, args: Any, state: Any, control: Any, **about: Any) -> None:
        """Begin to watch."""
        self._stages.begin("training", about["model"])

    def on_step_end(self, args: Any, state: Any, control: Any, **about: Any) -> None:
        """Count a step."""
        self._stages.step()

    def on_prediction_step(self, args: Any, state: Any, control: Any, **about: Any) -> None:
        """Count a batch of an evaluation within the training."""
        self._stages.beside()

    def on_train_end(self, args: Any, state: Any, control: Any, **about: Any) -> None:
        """End a training that had fewer steps."""
        self._stages.end()
