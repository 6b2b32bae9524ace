"""`probe`: who influences whom in a model, measured on a copy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from torch import Tensor, nn

from rnnshape.calls import checked_loss, checked_module, forwarded
from rnnshape.errors import SpecError
from rnnshape.experiments.aside import set_aside
from rnnshape.experiments.influence import Influence
from rnnshape.experiments.measuring import measured
from rnnshape.experiments.places import Given
from rnnshape.experiments.study import Options
from rnnshape.tracking.arguments import Axes, annotated, check_form
from rnnshape.tracking.track import Tracker

__all__ = ["probe"]


def probe(
    model: nn.Module,
    /,
    *args: object,
    axes: Axes = None,
    lengths: Tensor | None = None,
    target: object = None,
    target_axes: Axes = None,
    loss: Callable[[Any, Any], object] | None = None,
    causal: bool = False,
    train: bool = False,
    samples: int = 4,
    **kwargs: object,
) -> Influence:
    """Change one sample of what a model is given, or what else must not matter, and measure what else changes.

    The model is run on a deep copy, some twenty times where samples are apart, more often where they meet, with the same
    random numbers every time; the user's own, its buffers and gradients, and all generators of random numbers stay as they
    are. What lies outside of the model, such as a file that it writes or a global that it keeps, is not copied.

    Args:
        model: the model.
        args: what its ``forward`` takes: at least two samples, as one alone shows what becomes of states, and what never
            matters, but nothing else. A tensor of one number throughout gets random ones, as nothing shows where zeros go.
        axes: what the axes of the arguments are, as in `rnnshape.diagnose`. Without it, jaxtyping annotations of ``forward``
            are read, and what recurrent layers take for their batch.
        lengths: of the samples, where no argument has them.
        target: what the loss compares the output with.
        target_axes: what the axes of the target are.
        loss: called as ``loss(output, target)``.
        causal: whether the output of a step must not depend on later ones.
        train: whether it is run as while it trains, when layers such as BatchNorm mix samples on purpose: then all that is
            measured is a fact, and no mistake.
        samples: how many samples are changed, one after the other, where there are more than eight.
        kwargs: keyword arguments of ``forward``, or a dict of them as in `rnnshape.diagnose`.

    Returns:
        An `Influence`. It never raises for what it measures; an experiment that cannot be made is among ``influence.untried``,
        and so is an entry of ``axes`` that does not fit, where others do.

    Raises:
        SpecError: where nothing of ``axes`` fits the arguments, an option could be an argument of ``forward``, a name is nearly
            an option, or a loss of torch's has no target.
        SpecTypeError: for a model that is no module, or a loss that is no function.

    >>> import torch
    >>> class Last(torch.nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.rnn, self.fc = torch.nn.GRU(4, 8, num_layers=2), torch.nn.Linear(16, 3)
    ...     def forward(self, x):
    ...         return self.fc(self.rnn(x)[1].view(x.size(1), -1))
    >>> influence = probe(Last(), torch.zeros(9, 3, 4), axes="seq batch feature")
    >>> influence.samples.verdict, [finding.code for finding in influence.findings]
    ('together', ['RNS601'])
    """
    checked_module(model, "probe", "probe(Classifier(), x)")
    options = {
        "axes": axes, "lengths": lengths, "target": target, "target_axes": target_axes, "loss": loss,
        "causal": causal or None, "train": train or None, "samples": None if samples == 4 else samples,
    }  # fmt: skip
    kwargs = forwarded("probe", model, args, kwargs, {name: value is not None for name, value in options.items()})
    checked_loss("probe", loss, target)
    check_form(axes)
    check_form(target_axes, "target_axes")
    if type(samples) is not int or samples < 2:
        raise SpecError(f"samples={samples!r}: a number of at least 2 is needed")
    axes = annotated(model.forward, args, kwargs) or None if axes is None else axes
    options_of_study = Options(train=train, causal=causal, samples=samples)
    unused: list[str] = []

    def tell(reason: str, name: str) -> None:
        unused.append(reason)

    with set_aside(Tracker):
        given = Given(args, kwargs, target)
        found = measured(model, given, options_of_study, axes, target_axes, lengths, loss, watched=True, tell=tell)
    return replace(found, untried=(*unused, *found.untried))
