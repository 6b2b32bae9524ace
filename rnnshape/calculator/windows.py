"""Windows of a series, as a Dataset and a DataLoader hand them to a recurrent layer: how many, and how large the last batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.calculator.tensors import BATCH, FEATURE, SEQ
from rnnshape.drawing.pictured import Pictured
from rnnshape.errors import SpecError, SpecTypeError
from rnnshape.layout.axes import whole
from rnnshape.layout.layout import Layout

if TYPE_CHECKING:
    from rnnshape.drawing.picture import Picture

__all__ = ["WindowsPrediction", "predict_windows"]


def predict_windows(
    length: int,
    window: int,
    batch_size: int = 1,
    features: int = 1,
    *,
    horizon: int = 1,
    stride: int = 1,
    drop_last: bool = False,
) -> WindowsPrediction:
    """Predict the batches that a DataLoader makes of the windows of one series.

    Window ``i`` holds the elements ``i * stride`` to ``i * stride + window - 1``; its target is the element ``horizon`` steps
    after its last. There are ``(length - window - horizon) // stride + 1`` of them.

    Args:
        length: elements of the series.
        window: elements of a window: the sequence length.
        batch_size: windows in a batch.
        features: values of each element.
        horizon: steps from the last element of a window to its target; 0 for windows without a target.
        stride: elements between the starts of neighbouring windows.
        drop_last: whether a smaller last batch is left out, as with DataLoader.

    Raises:
        SpecError: where no window fits, or for a number that makes no sense.

    >>> p = predict_windows(length=7, window=3, batch_size=2, features=1)
    >>> p.windows, p.batches, p.input.sizes
    (4, 2, (2, 3, 1))
    """
    given = {"length": length, "window": window, "batch_size": batch_size, "features": features, "stride": stride}
    for name, value in given.items():
        _check_least(name, value, 1)
    _check_least("horizon", horizon, 0)
    if length < window + horizon:
        target = f" and its target {text.count(horizon, 'step')} later" if horizon else ""
        raise SpecError(f"length={length}: a window of {window}{target} needs {window + horizon} elements")
    return WindowsPrediction(length, window, batch_size, features, horizon, stride, drop_last)


def _check_least(name: str, value: object, least: int) -> None:
    if not isinstance(value, int):
        raise SpecTypeError(f"{name}={value!r}: an int is needed, got {type(value).__name__}")
    if value < least:
        raise SpecError(f"{name}={value}: {least} or more is needed")


@dataclass(frozen=True, repr=False)
class WindowsPrediction(Pictured):
    """What `predict_windows` answers.

    Attributes:
        length: elements of the series.
        window: elements of a window.
        batch_size: windows in a batch.
        features: values of each element.
        horizon: steps from a window's last element to its target.
        stride: elements between the starts of neighbouring windows.
        drop_last: whether a smaller last batch is left out.
    """

    length: int
    window: int
    batch_size: int
    features: int
    horizon: int
    stride: int
    drop_last: bool

    @property
    def picture(self) -> Picture:
        """Where each window lies in the series, what a batch of them is, and the same turned by permute."""
        from rnnshape.calculator.pictures.windows import picture_of

        return picture_of(self)

    @property
    def windows(self) -> int:
        """The number of windows: ``len(dataset)``."""
        return (self.length - self.window - self.horizon) // self.stride + 1

    @property
    def batches(self) -> int:
        """The number of batches: ``len(loader)``."""
        return self.windows // self.batch_size + (self.last_size > 0)

    @property
    def last_size(self) -> int:
        """Windows in a smaller last batch; 0 where there is none."""
        return 0 if self.drop_last else self.windows % self.batch_size

    @property
    def input(self) -> Layout:
        """A full batch, as default collation stacks it: batch first."""
        return self._batch(self.batch_size if self.drop_last else min(self.batch_size, self.windows))

    @property
    def last_input(self) -> Layout | None:
        """The smaller last batch, or None."""
        return self._batch(self.last_size) if self.last_size else None

    @property
    def target(self) -> Layout | None:
        """The targets of a full batch, or None where ``horizon`` is 0."""
        return self.input[:, 0] if self.horizon else None

    def batch(self, index: int) -> Layout:
        """Return the Layout of the batch at an index.

        >>> str(predict_windows(length=8, window=3, batch_size=2).batch(-1))
        'batch=1 seq=3 feature=1'
        """
        if not -self.batches <= index < self.batches:
            raise SpecError(f"batch({index}): out of range for {text.count(self.batches, 'batch', 'batches')}")
        is_last = index in (-1, self.batches - 1)
        return self.last_input or self.input if is_last else self.input

    def _batch(self, size: int) -> Layout:
        return Layout(((whole(BATCH, size),), (whole(SEQ, self.window),), (whole(FEATURE, self.features),)))

    def __repr__(self) -> str:
        batches = text.count(self.batches, "batch", "batches")
        title = f"windows of {self.window} in a series of {self.length}: {text.count(self.windows, 'window')}, {batches}"
        rows = [("input", self.input, "batch_first=True")]
        rows.append(("", self.input.transpose(0, 1), "permute(1, 0, 2), batch_first=False"))
        if self.target is not None:
            rows.append(("target", self.target, f"{text.count(self.horizon, 'step')} after the window"))
        if self.last_input is not None and self.batches > 1:
            rows.append(("last", self.last_input, "the smaller last batch; a state kept from the batch before does not fit it"))
        if self.drop_last and self.windows % self.batch_size:
            title += f", {text.count(self.windows % self.batch_size, 'window')} dropped"
        cells = [[name, str(layout), text.sizes(layout.sizes), what] for name, layout, what in rows]
        return text.fitted("\n".join([title, *text.columns(cells)]))
