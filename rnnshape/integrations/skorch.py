"""skorch: a callback that watches the first batches of ``fit``."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from skorch.callbacks import Callback

from rnnshape.integrations.steps import Stages
from rnnshape.report.catalogue import FailOn
from rnnshape.report.report import Report
from rnnshape.report.reporter import Action

if TYPE_CHECKING:
    from rnnshape.tracking.arguments import Axes

__all__ = ["RNNShapeCallback"]

logger = logging.getLogger("rnnshape")


class RNNShapeCallback(Callback):
    """Watch the first batches of a training, and say what is wrong with them; see `rnnshape.integrations.lightning`.

    Args:
        track: for how many batches every axis is followed. After them nothing of rnnshape's is left.
        on: what is done about an error when it is met: "warn", "log", "raise" or "record".
        fail_on: the least severity that ends the training after these batches: "error", "warning" or "never".
        axes: what the axes of ``forward``'s arguments are, as `rnnshape.diagnose` takes them.
        ignore: codes that are not reported.

    Raises:
        SpecError: for an option that does not exist, when the net is initialised.
        ContractError: during the training, for what ``fail_on`` or ``on="raise"`` asks for.

    Example::

        from rnnshape.integrations.skorch import RNNShapeCallback

        NeuralNetClassifier(Classifier, callbacks=[("rnnshape", RNNShapeCallback(fail_on="error"))]).fit(x, y)
    """

    def __init__(
        self,
        track: int = 3,
        on: Action = "warn",
        fail_on: FailOn = "never",
        axes: Axes = None,
        ignore: Iterable[str] = (),
    ) -> None:  # as they are: skorch copies a callback by its arguments
        self.track = track
        self.on: Action = on
        self.fail_on: FailOn = fail_on
        self.axes = axes
        self.ignore = ignore

    def initialize(self) -> RNNShapeCallback:
        """Make what one training needs."""
        self.stages_ = Stages(self.track, self.on, self.fail_on, self.axes, self.ignore, say=logger.warning)
        return self

    @property
    def report_(self) -> Report | None:
        """What was seen of the training."""
        return self.stages_.reports.get("training")

    def on_train_begin(self, net: Any, X: Any = None, y: Any = None, **_: Any) -> None:  # noqa: N803
        """Begin to watch."""
        self.stages_.begin("training", net.module_)

    def on_batch_end(self, net: Any, batch: Any = None, training: bool | None = None, **_: Any) -> None:
        """Count a batch of the training, or of a validation within it."""
        if training:
            self.stages_.step()
        else:
            self.stages_.beside()

    def on_train_end(self, net: Any, X: Any = None, y: Any = None, **_: Any) -> None:  # noqa: N803
        """End a training that had fewer batches."""
        self.stages_.end()
