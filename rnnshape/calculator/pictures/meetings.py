"""Where output and h_n hold the same numbers, as code that is true of any tensors of the layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rnnshape.calculator.calc import Prediction

__all__ = ["meetings"]


def meetings(p: Prediction) -> tuple[tuple[str, str], ...]:
    """Return pairs of expressions that are equal: one of output, and the row of h_n that it is.

    Of a packed input, output is what ``pad_packed_sequence`` made of it, and lengths a tensor.

    >>> from rnnshape import predict
    >>> meetings(predict("GRU", 10, 16, bidirectional=True, batch=6, seq=9))
    (('output[-1, :, :16]', 'h_n[-2]'), ('output[0, :, 16:]', 'h_n[-1]'))
    >>> meetings(predict("GRU", 10, 16, batch_first=True, batch=6, seq=9))
    (('output[:, -1]', 'h_n[-1]'),)
    """
    if p.spec.cell:
        return ()
    if not p.spec.bidirectional:
        return ((f"output[{_at(p, '-1', '')}]", "h_n[-1]"),)
    size = p.spec.state_size
    return (f"output[{_at(p, '-1', f':{size}')}]", "h_n[-2]"), (f"output[{_at(p, '0', f'{size}:')}]", "h_n[-1]")


def _at(p: Prediction, step: str, features: str) -> str:
    """Write an index of output: a step of every sample, and some of its features."""
    if p.batch is None:
        return ", ".join(filter(None, [step, features]))
    samples = ":"
    if p.lengths is not None and step == "-1":
        step, samples = "lengths - 1", f"torch.arange({p.batch})"
    index = [samples, step] if p.spec.batch_first else [step, samples]
    if not features and index[-1] == ":":
        index = index[:-1]
    return ", ".join([*index, *filter(None, [features])])
