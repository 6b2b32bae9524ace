"""What the dry run has found, told in the words and at the lines of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rnnshape.calculator.model import ModelPrediction
from rnnshape.layout.axes import Axis, Dim
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import product
from rnnshape.modelfile.description import Layer
from rnnshape.modelfile.kinds import items
from rnnshape.modelfile.names import PLACE
from rnnshape.modelfile.reading import Document
from rnnshape.report.finding import Finding
from rnnshape.report.location import Location
from rnnshape.report.settings import is_silenced

__all__ = ["carried_back"]

_PLACE = re.compile(rf"{re.escape(PLACE)}:(\d+)")
_OF_WIDTH = ("RNS000", "RNS102", "RNS211", "RNS213", "RNS308")
"""Codes of sizes that a layer was given in its arguments, and its input has not."""

_MADE = ("feature", "hidden", "directions", "layers", "proj")
"""Axes that a layer may take for its features."""


def carried_back(
    document: Document, layers: Sequence[Layer], found: ModelPrediction, ignore: Sequence[str]
) -> Iterator[Finding]:
    """Yield each finding with its line in the file, unless a comment there silences it.

    Args:
        document: the file.
        layers: in the order of their steps.
        found: by the dry run.
        ignore: codes that are not reported.
    """
    by_name = {layer.name: layer for layer in layers}

    def place(found: re.Match[str]) -> str:
        location = _location(document, layers[int(found[1]) - 1], "type")
        return f"{location}:  {location.code}"

    def at_line(step: Location | None) -> Location | None:
        return _location(document, layers[step.line - 1], "type") if step is not None and step.file == PLACE else step

    inputs = {call.path: call.inputs[0].layout for call in found if call.inputs}
    for finding in found.findings:
        layer = by_name.get(finding.module or "")
        where = finding.location
        if where is not None and where.file == PLACE:
            layer = layers[where.line - 1]
        named = by_name.get(finding.module or "") or layer
        location = _location(document, layer, _key(finding, layer)) if layer else document.location(("layer",))
        if finding.code in ignore or is_silenced(finding.code, location):
            continue
        yield replace(
            finding,
            location=location,
            module=finding.module or (named.name if named else None),
            kind=named.kind.name if named else finding.kind,
            suggestion=_suggestion(finding, layer, inputs.get(layer.name)) if layer else finding.suggestion,
            message=_PLACE.sub(place, finding.message),
            used_at=at_line(finding.used_at),
            raised_at=at_line(finding.raised_at),
            made_at=at_line(finding.made_at),
            moved_at=at_line(finding.moved_at),
        )


def _location(document: Document, layer: Layer, key: str) -> Location:
    given = (*layer.path, key) in document.lines
    return document.location((*layer.path, key if given else "type"))


def _key(finding: Finding, layer: Layer) -> str:
    """Return the key of a layer that a finding is about; its type where it is about no other."""
    if finding.subject in ("h_0", "c_0", "hx"):
        return "state"
    keys = [a.name for a in layer.kind.arguments]
    if len(keys) == 1:
        return keys[0]
    if layer.kind.width and finding.code in _OF_WIDTH:
        return layer.kind.width[0]
    return next((k for k in keys if re.search(rf"\b{k}\b", f"{finding.suggestion} {finding.message}")), "type")


def _suggestion(finding: Finding, layer: Layer, given: Layout | None) -> str | None:
    """Write a suggestion in the words of a file; without one, say which argument fits what comes in."""
    if finding.code == "RNS201" and given is not None and given.ndim == 2 and "batch_first" in layer.arguments:
        return f"unsqueeze with dim = {1 if layer.arguments['batch_first'] else 0} before it makes each sample one step long"
    if finding.suggestion:
        words = finding.suggestion
        for pattern, replacement in _WORDS:
            words = re.sub(pattern, replacement, words)
        return words
    if given is None or layer.kind.width is None or finding.code not in _OF_WIDTH:
        return None
    name, at = layer.kind.width
    dim = given.dims[at] if -given.ndim <= at < given.ndim else ()
    size = product(factor.size for factor in dim)
    if not isinstance(size, int) or not dim or size in items(layer.arguments[name]) or not _is_made(dim):
        return None
    made_of = f", that is {' x '.join(map(str, dim))}" if len(dim) > 1 else ""
    return f"{name} = {size} fits{made_of}"


def _is_made(dim: Dim) -> bool:
    return all(isinstance(factor.axis, Axis) and factor.axis.name in _MADE for factor in dim)


_WORDS = (
    (r"nn\.Linear\((\d+), \.\.\.\)", r"in_features = \1"),
    (r"\bbatch_first=True", "batch_first = true"),
    (r"\bbatch_first=False", "batch_first = false"),
    (r"\bdim=(\d+)", r"dim = \1"),
    (r"rnnshape\.last_state\(rnn, h_n\)", 'type = "last_state"'),
    (r", and so has rnnshape\.last_step\(rnn, output(?:, lengths)?\)", ""),
    (r"; (?:h_n|output) is the .*", ""),
    (r"\b[hc]_0\.new_zeros\((.*)\) fits", r"without state it starts from zeros of the sizes (\1)"),
    (r"\(h_0, torch\.zeros_like\(h_0\)\) fits", "state takes two names, one for h_0 and one for c_0"),
    (r"\bhx\[0\] fits", "state takes the name of h_0 alone, such as .h_n"),
    (r"\binput\.to\(torch\.(\w+)\) fits", r'dtype = "\1" of the input, or an Embedding before the layer, fits'),
    (r"\bx\.size\(0\) in place", '"batch" in place'),
)
"""What is written in Python, and what a file has for it."""
