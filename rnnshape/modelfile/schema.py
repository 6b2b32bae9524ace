"""The JSON schema of a model's file, made from the registry."""

from __future__ import annotations

from rnnshape.modelfile.arguments import NEEDED, Argument, Schema
from rnnshape.modelfile.description import INPUT, MOST_INPUTS, MOST_LAYERS, OUTPUT, TITLE, common
from rnnshape.modelfile.kinds import KINDS, Kind

__all__ = ["json_schema"]


def json_schema() -> Schema:
    """Return the JSON schema (draft 2020-12) of a model's file, TOML or JSON, with what every key means.

    It says what each table may hold. That names are given once and refer to earlier results, that arguments fit each other,
    and whether the layouts do, is for `predict_file` to say.

    >>> sorted(json_schema()["properties"])
    ['input', 'layer', 'name', 'output']
    """
    layers = [{"$ref": f"#/$defs/{name}"} for name in KINDS]
    tables = {name: _layer(kind) for name, kind in KINDS.items()}
    tables["input"] = _table(INPUT, {}, "An input of the model.")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A model for rnnshape predict",
        "description": "Inputs with their layouts, and layers in order. Each takes the result before it, or those it names.",
        "type": "object",
        "properties": {
            "name": TITLE.described(),
            "output": OUTPUT.described(),
            "input": _one_or_more({"$ref": "#/$defs/input"}, MOST_INPUTS, "What the model is called with."),
            "layer": _one_or_more({"oneOf": layers}, MOST_LAYERS, "What happens, in order."),
        },
        "required": ["input", "layer"],
        "additionalProperties": False,
        "$defs": tables,
    }


def _one_or_more(item: Schema, most: int, about: str) -> Schema:
    several = {"type": "array", "items": item, "minItems": 1, "maxItems": most}
    return {"description": about, "anyOf": [item, several]}


def _layer(kind: Kind) -> Schema:
    words = list(dict.fromkeys((kind.name, kind.name.lower())))
    results = f" Results: {', '.join(kind.parts)}." if kind.parts != ("output",) else ""
    return _table((*common(kind), *kind.arguments), {"type": {"enum": words}}, kind.about + results)


def _table(arguments: tuple[Argument, ...], first: Schema, about: str) -> Schema:
    return {
        "description": about,
        "type": "object",
        "properties": first | {a.name: a.described() for a in arguments},
        "required": [*first, *(a.name for a in arguments if a.default is NEEDED)],
        "additionalProperties": False,
    }
