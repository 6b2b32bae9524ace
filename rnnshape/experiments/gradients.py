"""The gradient of a loss by the output of a model, for any target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from rnnshape.experiments.places import put_in, tensors_of
from rnnshape.experiments.subject import Mode, Unfit
from rnnshape.experiments.trial import Trial

__all__ = ["Gradients", "Loss"]

Loss = Callable[[Any, Any], Any]
"""Called with output and target."""


class Gradients:
    """The gradient of the loss by the output, for any target."""

    def __init__(self, trial: Trial, loss: Loss, target: Any) -> None:
        self._trial, self._loss, self._target = trial, loss, target
        self.tensors = [t for _, t in tensors_of(trial.output)]

    def of(
        self, targets: dict[int, Tensor], values: dict[int, Tensor] | None = None, mode: Mode | None = None
    ) -> list[Tensor | None]:
        """Return the gradients by the tensors of the output.

        Args:
            targets: what stands in the target, by the ids of the user's tensors.
            values: what stands in the output, where that is something else.
            mode: is on while the loss is called, and hears of output and target.

        Raises:
            Unfit: where the loss has none.
        """
        held = {id(t): (values or {}).get(id(t), t).detach().clone() for t in self.tensors}
        for tensor in held.values():
            if tensor.is_floating_point():
                tensor.requires_grad_()
        try:
            with torch.enable_grad():
                output = _replaced(self._trial.output, held)
                found = self._trial.subject.loss(self._loss, output, put_in(self._target, targets), mode)
                total = sum(t.sum() for _, t in tensors_of(found) if t.is_floating_point())
                asked = [t for t in held.values() if t.requires_grad]
                gradients = iter(torch.autograd.grad(total, asked, allow_unused=True))  # type: ignore[arg-type]
        except Exception as error:
            said = (str(error).splitlines() or [""])[0]
            raise Unfit(f"the loss raised {type(error).__name__}: {said}") from None
        return [next(gradients) if held[id(t)].requires_grad else None for t in self.tensors]


def _replaced(value: Any, held: dict[int, Tensor]) -> Any:
    """Return an output with other tensors in the place of its own."""
    if isinstance(value, Tensor):
        return held.get(id(value), value)
    if isinstance(value, dict):
        return type(value)({key: _replaced(item, held) for key, item in value.items()})  # pyright: ignore
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*(_replaced(item, held) for item in value))  # pyright: ignore
    if isinstance(value, (tuple, list)):
        return type(value)([_replaced(item, held) for item in value])  # pyright: ignore
    if not any(True for _ in tensors_of(value)):
        return value
    raise Unfit(f"the output is {type(value).__name__}, into which no other tensors can be put")
