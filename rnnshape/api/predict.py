"""`predict`: of one layer by the calculator, of a whole model by a dry run."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, SupportsIndex, overload

from rnnshape.calculator import calc
from rnnshape.calculator.calc import Prediction
from rnnshape.calculator.spec import RNNSpec
from rnnshape.errors import SpecError

if TYPE_CHECKING:
    from torch import nn

    from rnnshape.calculator.model import ModelPrediction

__all__ = ["predict"]


@overload
def predict(
    what: str | RNNSpec,
    /,
    *args: object,
    batch: int | str | None = ...,
    seq: int | str | None = ...,
    lengths: Iterable[SupportsIndex] | None = ...,
    dtype: object = ...,
    **config: object,
) -> Prediction: ...
@overload
def predict(
    what: nn.Module,
    layout: object,
    /,
    *layouts: object,
    target: object = ...,
    loss: Callable[[Any, Any], object] | None = ...,
    ignore: Iterable[str] = ...,
    **kwargs: Any,
) -> ModelPrediction: ...
@overload
def predict(
    what: object,
    /,
    *,
    batch: int | str | None = ...,
    seq: int | str | None = ...,
    lengths: Iterable[SupportsIndex] | None = ...,
    dtype: object = ...,
) -> Prediction: ...
def predict(what: Any, /, *args: object, **kwargs: Any) -> Prediction | ModelPrediction:
    """Predict the Layout of every tensor of a recurrent layer, or of every call of every module of a model.

    A layer is given by its name, an `RNNSpec` or a live module, and answered by the calculator, without torch. A model is
    given with a Layout string in the place of each tensor that its ``forward`` takes, and answered by a dry run: its own
    ``forward`` runs on tensors that have sizes and no elements. No data is needed, nothing is computed, and the model is only
    read.

    Args:
        what: a layer's name ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"), an `RNNSpec`, or a live module.
        args: of a name, torch's positional constructor arguments: input_size, hidden_size, ... Of a model, what its
            ``forward`` takes: ``"batch=6 seq=9 feature=10"``, or that `Layout`, for a tensor; ``"batch=6 seq=9: int64"`` where
            the dtype matters; ``"batch: [9, 7, 3]"`` for one whose values decide sizes, such as lengths; these nested in
            tuples, lists and dicts; anything else is passed as it is. So is a string where ``forward`` has strings for default
            or annotation, and one that names no axis and no size, in a list or by name: ``["abc", "hello"]``. A real tensor of
            whole numbers is known by its values. Sizes may be symbols, as in ``"batch=B seq=T"``.
        kwargs: of a layer, ``batch`` and ``seq`` (sizes, symbols, or None for unbatched input), ``lengths`` (the real steps of
            each sample of a PackedSequence), ``dtype``, and of a name torch's constructor arguments. Of a model, the keyword
            arguments of its ``forward``, likewise, and those that are called as an option is in a dict,
            ``kwargs={"target": ...}``; with ``loss`` and ``target``, ``loss(output, target)`` is run too, and
            ``ignore`` names codes that are not reported.

    Returns:
        A `Prediction` of a layer, a `ModelPrediction` of a model; the repr of each is a table. A ModelPrediction has what the
        rules have found in ``findings``.

    Raises:
        SpecError: for a configuration that torch rejects, sizes that contradict each other, or an input that cannot be read.
        RNNShapeError: where a model cannot be run without elements.

    >>> predict("GRU", 4, 8, batch=3, seq=5).output.sizes
    (5, 3, 8)
    >>> from torch import nn
    >>> p = predict(nn.Sequential(nn.Linear(10, 4), nn.GRU(4, 8, batch_first=True)), "batch=6 seq=9 feature=10")
    >>> print(p["1"].layout("h_n"))
    layers=1 batch=6 hidden=8
    """
    if isinstance(what, str):
        return calc.predict(what, *args, **kwargs)
    of_calculator = not args and kwargs.keys() <= {"batch", "seq", "lengths", "dtype"} and _is_layer(what)
    if not of_calculator and (torch := sys.modules.get("torch")) and isinstance(what, torch.nn.Module):
        return _of_model(what, args, kwargs)
    return calc.predict(what, *args, **kwargs)


def _is_layer(module: object) -> bool:
    try:
        RNNSpec.from_module(module)
    except Exception:  # what stands in a module may be a property that raises anything
        return False
    return True


def _of_model(model: nn.Module, args: tuple[object, ...], kwargs: dict[str, Any]) -> ModelPrediction:
    from rnnshape import _torch

    with _torch.uncollected():
        from rnnshape.calls import checked_loss, forwarded
        from rnnshape.dryrun.prediction import predict_model
        from rnnshape.session import recording

    own = {name: kwargs.pop(name) for name in ("target", "loss", "ignore") if name in kwargs}
    kwargs = forwarded("predict", model, args, kwargs, {name: name in own for name in ("target", "loss", "ignore")})
    checked_loss("predict", own.get("loss"), own.get("target"))
    if not args and not kwargs:
        name = type(model).__name__
        raise SpecError(f"{name}: say what goes into it, as in predict(model, 'batch=6 seq=9 feature=10')")
    if _torch.is_sharded(model):
        raise SpecError(f"{type(model).__name__}: its parameters are sharded by fully_shard; predict it before that")
    return predict_model(model, args, kwargs, session=recording, **own)
