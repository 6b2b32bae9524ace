"""`predict_file`: a model in a file, built and answered by a dry run."""

from __future__ import annotations

import os
import re
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from math import prod
from typing import TYPE_CHECKING

from rnnshape.calculator.model import ModelPrediction, ModuleCall
from rnnshape.errors import SpecError
from rnnshape.layout.axes import axes_of
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import MOST_ELEMENTS, Monomial, Total, divide
from rnnshape.modelfile.describing import described
from rnnshape.modelfile.description import Description, Layer
from rnnshape.modelfile.kinds import items
from rnnshape.modelfile.mistakes import Mistakes
from rnnshape.modelfile.reading import Document, read
from rnnshape.report.catalogue import checked_codes

if TYPE_CHECKING:
    from torch import nn

__all__ = ["Answer", "answered", "predict_file"]

NOT_REACHED = "not reached"


def predict_file(path: str | os.PathLike[str], *, ignore: Iterable[str] = ()) -> ModelPrediction:
    """Predict every tensor of a model that a TOML or JSON file describes.

    The file has an ``[input]`` with its layout, and a ``[[layer]]`` table for each layer in order; `json_schema` documents it.
    Sizes may be numbers or symbols. The model is built on torch's meta device and goes through the same dry run as a live one,
    so nothing is computed; what is found has the file's line. Nothing that stands in the file is run.

    Args:
        path: of a ``.toml`` or ``.json`` file of at most 256 KiB.
        ignore: codes of rules that are not reported.

    Raises:
        SpecError: where the file cannot be read as a model's description. Each mistake has a line, ``file:line: ...``.

    >>> import tempfile, pathlib
    >>> file = pathlib.Path(tempfile.mkdtemp(), "tagger.toml")
    >>> _ = file.write_text('''
    ... [input]
    ... layout = "batch seq feature=10"
    ...
    ... [[layer]]
    ... type = "GRU"
    ... input_size = 10
    ... hidden_size = 16
    ... batch_first = true
    ... bidirectional = true
    ... ''')
    >>> print(predict_file(file)["gru"].layout("output"))
    batch seq (directions=2 hidden=16)
    """
    return answered(read(path), ignore).prediction


@dataclass(frozen=True)
class Answer:
    """A file, read and predicted.

    Attributes:
        document: the file.
        description: what it says.
        prediction: what comes of it.
        dims: by layer, the dim of the steps where the file left it out and it is known.
    """

    document: Document
    description: Description
    prediction: ModelPrediction
    dims: dict[str, int]


def answered(document: Document, ignore: Iterable[str] = ()) -> Answer:
    """Build the model that a file describes, and predict it; again wherever a layer decides a symbol of its input.

    Raises:
        SpecError: with every mistake of form, a line for each.
    """
    description, codes = described(document), checked_codes(ignore)
    # Torch is imported only once the form is right.
    from rnnshape.modelfile.building import built

    mistakes = Mistakes(document)
    for given in description.inputs:
        _check_elements(given.layout, given.path, mistakes)
    dims: dict[str, int] = {}
    model = built(description, mistakes, dims)
    mistakes.raise_any()
    bound: dict[str, tuple[int, str]] = {}
    while True:
        found = _dry_run(document, description, model, bound)
        decided = next(_decided(description, found, bound), None)
        if decided is None:
            break
        bound |= decided
    notes = tuple(f"{symbol} is {size}, from {by}" for symbol, (size, by) in bound.items())
    found = _in_terms_of_the_file(document, description, found, dims, codes)
    return Answer(document, description, replace(found, notes=(*notes, *found.notes)), dims)


def _check_elements(layout: Layout, path: tuple[str | int, ...], mistakes: Mistakes) -> None:
    if prod(size for size in layout.sizes if isinstance(size, int)) > MOST_ELEMENTS:
        mistakes.add(f"{layout} has more than 2^60 elements", (*path, "layout"))


def _dry_run(
    document: Document, description: Description, model: nn.Module, bound: dict[str, tuple[int, str]]
) -> ModelPrediction:
    from rnnshape.dryrun.descriptions import Description as Tensor
    from rnnshape.dryrun.prediction import predict_model
    from rnnshape.modelfile.building import RefusedError, target_of
    from rnnshape.session import recording

    def numbered(layout: Layout) -> Layout:
        known = {s: size for s, (size, _) in bound.items() if s in _symbols(layout)}
        return layout.bind(**known) if known else layout

    embedded = {r.name for layer in description.layers if layer.kind.name == "Embedding" for r in layer.inputs}
    tensors: dict[str, Tensor] = {}
    for given in description.inputs:
        dtype = given.dtype or ("int64" if given.name in embedded else "float32")
        tensors[given.name] = Tensor(numbered(given.layout), dtype, where=given.name)
    for layer in description.layers:
        if layer.kind.loss:
            dtype = "int64" if layer.kind.name in ("CrossEntropyLoss", "NLLLoss") else "float32"
            name = target_of(layer)
            tensors[name] = Tensor(numbered(layer.arguments["target"]), dtype, where=name, target=True)
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        try:
            found = predict_model(model, (), tensors, session=recording)
        except RefusedError as error:
            mistakes = Mistakes(document)
            mistakes.add(f"{error.layer.name}: {error.message}", error.layer.path)
            mistakes.raise_any()
            raise
        except SpecError as error:
            raise SpecError(f"{document.file}:{document.lines.nearest(('input',))}: {error}") from None
    # Other things that torch warns of are harmless, or found.
    broadcast = [str(w.message).split(". ")[0] for w in heard if "due to broadcasting" in str(w.message)]
    plain = [re.sub(r"torch\.Size\(\[(.*?)\]\)", r"\1", words) for words in broadcast[:1]]
    notes = [f"a loss broadcasts: {words[:1].lower()}{words[1:]}" for words in plain]
    return replace(found, notes=(*found.notes, *notes))


def _symbols(layout: Layout) -> set[str]:
    return {s for size in layout.sizes if isinstance(size, Monomial) for s in size.symbols}


def _decided(
    description: Description, found: ModelPrediction, bound: dict[str, tuple[int, str]]
) -> Iterator[dict[str, tuple[int, str]]]:
    """Yield the size of a symbol that a layer decides, as in_features does for ``feature``, with who does."""
    dims = [(dim, axis.name) for given in description.inputs for dim in given.layout.dims for axis in axes_of(dim)]
    fixed = {s for dim, name in dims if name in ("batch", "seq") for s in _symbols(Layout((dim,)))}
    free = {s for dim, _ in dims for s in _symbols(Layout((dim,)))} - fixed - bound.keys()
    layers = {layer.name: layer for layer in description.layers}
    for call in found if free else ():
        layer = layers.get(call.path)
        if layer is None or layer.kind.width is None or not call.inputs:
            continue
        name, dim = layer.kind.width
        sizes = call.inputs[0].layout.sizes
        last = items(layer.arguments[name])[-1]
        size = sizes[dim] if -len(sizes) <= dim < len(sizes) else 0
        if isinstance(size, Monomial) and len(size.symbols) == 1 and size.symbols[0] in free:
            number = divide(int(last), size.coefficient)
            if isinstance(number, int):
                yield {size.symbols[0]: (number, f"{name} of {layer.name}")}


# In terms of the file


def _in_terms_of_the_file(
    document: Document, description: Description, found: ModelPrediction, dims: dict[str, int], codes: Iterable[str]
) -> ModelPrediction:
    from rnnshape.modelfile.building import steps
    from rnnshape.modelfile.findings import carried_back

    seen = {call.path: call for call in found}
    calls = [_model_call(description, found.calls[0])]
    for layer in description.layers:
        line, spec = document.lines.nearest(layer.path), _spec(layer, description, dims)
        call = seen.get(layer.name) or ModuleCall(layer.name, layer.kind.name, spec, depth=1, notes=(NOT_REACHED,))
        calls.append(_call(layer, call, line, spec))
    modules = {layer.name for layer in description.layers if layer.kind.module and not layer.kind.loss}
    return replace(
        found,
        title=document.file,
        calls=tuple(calls),
        findings=tuple(carried_back(document, steps(description), found, tuple(codes))),
        activation_bytes=Total.of(value.bytes for call in calls if call.path in modules for value in call.outputs),
    )


def _model_call(description: Description, call: ModuleCall) -> ModuleCall:
    inputs = {given.name for given in description.inputs}
    outputs = call.outputs
    if len(outputs) == len(description.outputs) > 1:
        names = [".".join(filter(None, reference)) for reference in description.outputs]
        outputs = tuple(replace(value, name=name) for value, name in zip(outputs, names, strict=True))
    return replace(call, inputs=tuple(v for v in call.inputs if v.name in inputs), outputs=outputs)


def _call(layer: Layer, call: ModuleCall, line: int, spec: str) -> ModuleCall:
    names = ["input"] if len(layer.inputs) == 1 else [".".join(filter(None, r)) for r in layer.inputs]
    inputs = [replace(v, name=n) for n, v in zip(names, call.inputs, strict=False)] + list(call.inputs[len(names) :])
    spec = call.spec if layer.kind.is_recurrent else spec
    return replace(call, kind=layer.kind.name, spec=spec, inputs=tuple(inputs), line=line)


def _spec(layer: Layer, description: Description, dims: dict[str, int]) -> str:
    """Write a layer as the written module has it."""
    from rnnshape.modelfile.functions import function_of

    if layer.kind.module:
        return f"{layer.kind.name}({layer.kind.written(layer.arguments)})"
    if layer.arguments.get("dim", 0) is None and layer.name not in dims:
        return layer.kind.name
    words = [size for size in layer.arguments.get("sizes") or () if isinstance(size, str)]
    source = function_of(layer, description, dims).source
    if layer.kind.recurrent:
        return source.format("h_n")
    if len(layer.inputs) == 1:
        return source.removeprefix("{0}").removeprefix(".").format("", *words)
    return source.format(*(".".join(filter(None, reference)) for reference in layer.inputs))
