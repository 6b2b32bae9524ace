"""Lightning: a callback that watches the first steps of fit, validate, test and predict.

Works with a ``Trainer`` of ``lightning`` and of ``pytorch_lightning``, on which pytorch-forecasting, neuralforecast and darts
stand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from rnnshape.harmless import Guard
from rnnshape.integrations.steps import Stages
from rnnshape.report.catalogue import FailOn
from rnnshape.report.report import Report
from rnnshape.report.reporter import Action

if TYPE_CHECKING:
    from lightning.pytorch import Callback, LightningModule, Trainer
    from lightning.pytorch.utilities import rank_zero_info

    from rnnshape.tracking.arguments import Axes
else:
    _NAMES = ("lightning.pytorch", "pytorch_lightning")
    _loaded = [name for name in _NAMES if name in sys.modules]
    _name = next(iter(_loaded or [name for name in _NAMES if find_spec(name.partition(".")[0])]), None)
    if _name is None:
        raise ImportError("rnnshape.integrations.lightning needs Lightning: pip install lightning")
    Callback = import_module(_name).Callback
    rank_zero_info = import_module(f"{_name}.utilities").rank_zero_info

__all__ = ["RNNShapeCallback"]


class RNNShapeCallback(Callback):
    """Watch the first steps of every stage, and say what is wrong with them.

    In ``fit`` the steps are those of training; what the sanity check of validation runs before them is watched too. What is
    found is warned of where it happens; how much was found goes to the trainer's logger, as ``rnnshape/error``,
    ``rnnshape/warning`` and ``rnnshape/info``. Outputs, gradients and random numbers stay what they are, and after the steps
    nothing of rnnshape's is left.

    Args:
        track: for how many steps of a stage every axis is followed.
        on: what is done about an error when it is met: "warn", "log", "raise" or "record".
        fail_on: the least severity that ends the run, after the steps of its stage: "error", "warning" or "never".
        axes: what the axes of ``forward``'s arguments are, as `rnnshape.diagnose` takes them. Without them, the batches of the
            DataModule tell.
        ignore: codes that are not reported.

    Raises:
        SpecError: for an option that does not exist.
        ContractError: during a run, for what ``fail_on`` or ``on="raise"`` asks for.

    Attributes:
        reports: what was seen, by stage: "fit", "validate", "test", "predict".

    Example::

        from rnnshape.integrations.lightning import RNNShapeCallback

        trainer = Trainer(callbacks=[RNNShapeCallback(track=3, fail_on="error")])
        trainer.fit(model, datamodule)
    """

    def __init__(
        self,
        track: int = 3,
        on: Action = "warn",
        fail_on: FailOn = "never",
        axes: Axes = None,
        ignore: Iterable[str] = (),
    ) -> None:
        super().__init__()
        self._options = {"track": track, "on": on, "fail_on": fail_on, "axes": axes, "ignore": tuple(ignore)}
        self._stages = Stages(**self._options, say=_say)

    @property
    def reports(self) -> dict[str, Report]:
        """What was seen, by stage."""
        return self._stages.reports

    def __getstate__(self) -> dict[str, Any]:
        """Go to another process without what was seen in this one."""
        return {"_options": self._options}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(**state["_options"])

    def setup(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """Begin to watch a stage, before its first batch is fetched."""
        self._stages.begin(str(getattr(stage, "value", stage)), pl_module)

    def on_train_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: Any, **__: Any) -> None:
        """Count a step of training."""
        self._step(trainer)

    def on_validation_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: Any, **__: Any) -> None:
        """Count a step of ``validate``; what fit validates, as in its sanity check, is no step of it."""
        if trainer.state.fn == "validate":
            self._step(trainer)
        else:
            self._stages.beside()

    def on_test_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: Any, **__: Any) -> None:
        """Count a step of ``test``."""
        self._step(trainer)

    def on_predict_batch_end(self, trainer: Trainer, pl_module: LightningModule, *_: Any, **__: Any) -> None:
        """Count a step of ``predict``."""
        self._step(trainer)

    def teardown(self, trainer: Trainer, pl_module: LightningModule, stage: str) -> None:
        """End a stage that had fewer steps."""
        self._end(trainer, self._stages.end)

    def on_exception(self, trainer: Trainer, pl_module: LightningModule, exception: BaseException) -> None:
        """Leave nothing behind."""
        self._stages.leave()

    def _step(self, trainer: Trainer) -> None:
        self._end(trainer, self._stages.step)

    def _end(self, trainer: Trainer, ends: Callable[[], object]) -> None:
        """End a step, or a stage, and tell the trainer's loggers once of what was found in the stage."""
        told = self._stages.told
        try:
            ends()
        finally:
            new = self._stages.told - told
            for stage in sorted(new):
                numbers = {f"rnnshape/{severity}": float(n) for severity, n in self._stages.numbers(stage).items()}
                for logger in trainer.loggers:
                    with Guard():
                        logger.log_metrics(numbers, step=trainer.global_step)


def _say(words: str) -> None:
    """Say something to the user, once among the processes of a run."""
    rank_zero_info(words)
