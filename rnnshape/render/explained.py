"""Where every size of a model's prediction comes from, line by line."""

from __future__ import annotations

from rnnshape import text
from rnnshape.calculator.model import ModelPrediction, ModuleCall, Value
from rnnshape.calculator.origins import origin_of, origins

__all__ = ["explained", "explained_dict"]


def explained(prediction: ModelPrediction) -> str:
    """Write every tensor of every call with what its sizes are made of."""
    lines: list[str] = []
    for call in prediction:
        lines.append(" ".join(filter(None, [call.path, call.spec or call.kind])))
        rows = [[value.name, text.sizes(value.layout.sizes), origin_of(value.layout)] for value in _tensors(call)]
        lines += [*text.columns(rows), *(f"  {note}" for note in call.notes)]
    return "\n".join(map(text.shown, [*lines, *prediction.notes]))


def explained_dict(prediction: ModelPrediction) -> dict[str, object]:
    """Return the same as JSON-ready data."""
    return {"title": prediction.title, "calls": [_call(call) for call in prediction], "notes": list(prediction.notes)}


def _call(call: ModuleCall) -> dict[str, object]:
    tensors = [_plain(value) for value in _tensors(call)]
    return {"path": call.path, "spec": call.spec, "tensors": tensors, "notes": list(call.notes)}


def _tensors(call: ModuleCall) -> tuple[Value, ...]:
    return (*call.inputs, *call.outputs)


def _plain(value: Value) -> dict[str, object]:
    sizes = [size if isinstance(size, int) else str(size) for size in value.layout.sizes]
    return {"name": value.name, "layout": str(value.layout), "sizes": sizes, "origins": list(origins(value.layout))}
