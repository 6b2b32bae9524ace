"""A predicted model drawn: its spine has every module that calls no other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from rnnshape import text
from rnnshape.drawing.picture import Picture
from rnnshape.report.pictures.spine import Fray, Spine, Stop, Tensor, drawn, fray_of, tag_of

if TYPE_CHECKING:
    from rnnshape.calculator.model import ModelPrediction, ModuleCall, Value
    from rnnshape.report.finding import Finding

__all__ = ["picture_of", "stops_of"]


def stops_of(calls: Sequence[ModuleCall], findings: Sequence[Finding] = ()) -> tuple[Stop, ...]:
    """Return the spine of a model; calls that follow one another and are alike are one stop."""
    kept: list[tuple[ModuleCall, int]] = []
    for at, call in enumerate(calls):
        has_inner = at + 1 < len(calls) and calls[at + 1].depth > call.depth
        if has_inner:
            continue
        if kept and replace(kept[-1][0], number=0) == replace(call, number=0):
            kept[-1] = kept[-1][0], kept[-1][1] + 1
        else:
            kept.append((call, 1))
    return tuple(_stop(call, times, [f for f in findings if f.module == call.path]) for call, times in kept)


def _stop(call: ModuleCall, times: int, findings: Sequence[Finding]) -> Stop:
    inputs, outputs = _tensors(call.inputs), _tensors(call.outputs)
    frays: list[Fray] = [fray for finding in findings if (fray := fray_of(finding))]
    tags = tuple(map(tag_of, findings))
    return Stop(call.path or call.kind, call.spec or call.kind, inputs, outputs, times, tags, frays[0] if frays else None)


def _tensors(values: Sequence[Value]) -> tuple[Tensor, ...]:
    return tuple(Tensor(value.name, value.layout) for value in values)


def picture_of(p: ModelPrediction) -> Picture:
    """Draw a model."""
    counts = f"{text.count(p.parameters, 'parameter')}, {text.count(len(p.findings), 'finding')}"
    return Picture(drawn(Spine(p.title, counts, stops_of(p.calls, p.findings), p.stopped)), repr(p))
