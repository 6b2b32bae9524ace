"""The walk through a described model, layer by layer, that gives its prediction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from rnnshape.calculator.model import ModelPrediction, ModuleCall, Total, Value
from rnnshape.calculator.spec import RNNSpec
from rnnshape.layout.axes import UNKNOWN, Axis, role_of
from rnnshape.layout.factoring import unknown
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Monomial, Size
from rnnshape.modelfile.arguments import MOST_DIMS
from rnnshape.modelfile.description import Description, Layer, Mistakes, Reference
from rnnshape.modelfile.kinds import KINDS, Kind
from rnnshape.modelfile.lines import Path
from rnnshape.modelfile.reading import Document
from rnnshape.modelfile.registry import Result, Tensor, Use
from rnnshape.modelfile.step import BoundError, Step, UnfollowedError, holds, instead
from rnnshape.report.catalogue import checked_codes
from rnnshape.report.finding import Finding
from rnnshape.report.mistake import Mistake, finding_of
from rnnshape.report.report import Report

__all__ = ["Walked", "walked"]

MOST_ELEMENTS = 10**30
LONGEST_LAYOUT = 2000
"""Characters. Each of many reshapes that fit none of the others would double it."""

NOT_FOLLOWED = "not followed, as what goes in is not known"


class Walked:
    """A model whose every layer was passed once.

    Args:
        document: the file.
        description: what it says.
        bound: sizes of symbols that a layer decided, with who did.
        ignore: codes that are not reported.

    Attributes:
        results: of each layer and input, by name.
        mistakes: of form, that only the Layouts show.
    """

    def __init__(
        self, document: Document, description: Description, bound: dict[str, tuple[int, str]], ignore: Iterable[str]
    ) -> None:
        self.document = document
        self.description = description
        self.bound = bound
        self.ignore = frozenset(ignore)
        self.mistakes = Mistakes(document)
        self.report = Report()
        self.results: dict[str, Result] = {}
        self.calls: list[ModuleCall] = []
        self.consumed: dict[Use, Path] = {}
        self.picked: dict[Use, Path] = {}
        self.layers = {layer.name: layer for layer in description.layers}
        self.dtypes = dict(self._input_dtypes())
        self.inputs = {i.name: Tensor(self._numbered(i.layout), self.dtypes[i.name]) for i in description.inputs}
        self.symbols = {s for i in description.inputs for s in _symbols(i.layout)}
        fixed = [_symbols(i.layout, ("batch", "seq")) for i in description.inputs]
        self.free = frozenset(self.symbols.difference(*fixed, bound))
        self.words = dict(self._words())
        for name, tensor in self.inputs.items():
            self.results[name] = Result({"output": tensor})
        for layer in description.layers:
            self._pass(layer)
        self._judge_outputs()
        self._judge_picks()

    # Inputs

    def _input_dtypes(self) -> Iterator[tuple[str, str]]:
        embedded = {r.name for layer in self.description.layers if layer.kind is KINDS["Embedding"] for r in layer.inputs}
        for given in self.description.inputs:
            yield given.name, given.dtype or ("int64" if given.name in embedded else "float32")

    def _numbered(self, layout: Layout) -> Layout:
        known = {s: size for s, (size, _) in self.bound.items() if s in _symbols(layout)}
        return layout.bind(**known) if known else layout

    def _words(self) -> Iterator[tuple[str, tuple[Size, str]]]:
        """Yield what a word in a reshape means: an axis or a symbol of an input, its size, and the code that reads it."""
        found: dict[str, tuple[Size, str]] = {}
        for given in self.description.inputs:
            sizes = self.inputs[given.name].layout.sizes
            for at, dim in enumerate(given.layout.dims):
                if len(dim) != 1 or not isinstance(dim[0].axis, Axis) or dim[0].size != dim[0].total:
                    continue
                factor = dim[0]
                known = sizes[at], f"{given.name}.size({at})"
                symbols = factor.size.symbols if isinstance(factor.size, Monomial) and factor.size.coefficient == 1 else ()
                names = [str(factor.size)] if len(symbols) == 1 else []
                for name in (dim[0].axis.name, *names):
                    found.setdefault(name, known)
        yield from found.items()

    def new_symbol(self, wanted: str) -> str:
        """Return a symbol that nobody has."""
        found, number = wanted, 2
        while found in self.symbols or role_of(found) != found:
            found, number = f"{wanted}_{number}", number + 1
        self.symbols.add(found)
        return found

    # Layers

    def _pass(self, layer: Layer) -> None:
        step = self._step(layer)
        result = self._unknown(layer)
        if step is not None:
            with suppress(UnfollowedError):
                result = self._bounded(layer, layer.kind.rule(step))
            self._account(layer, step, result)
        self.results[layer.name] = result
        self.calls.append(self._call(layer, step, result))

    def _unknown(self, layer: Layer) -> Result:
        return Result(dict.fromkeys(layer.kind.parts))

    def _step(self, layer: Layer) -> Step | None:
        """Return a layer with what goes in, None where some of that is not known."""
        tensors = [self._tensor(reference, layer.kind) for reference in layer.inputs]
        states = [tensor for reference in layer.states for tensor in self._state(reference)]
        if any(t is None for t in (*tensors, *states)):
            return None
        known = tuple(t for t in tensors if t is not None)
        source = self.layers.get(layer.inputs[0].name)
        spec = RNNSpec.of(source.kind.name, **_arguments(source)) if layer.kind.recurrent and source else None
        return Step(
            layer, known, tuple(t for t in states if t is not None) if layer.states else None, spec, self.words, self.free,
            self._tell, self.mistakes.add, self.new_symbol,
        )  # fmt: skip

    def _tensor(self, reference: Reference, kind: Kind | None = None) -> Tensor | None:
        tensors = self.results[reference.name].tensors
        wanted = reference.part or ("h_n" if kind is not None and kind.recurrent else next(iter(tensors)))
        return tensors[wanted]

    def _state(self, reference: Reference) -> list[Tensor | None]:
        """Return the states that a reference means: of a recurrent layer all that it has."""
        tensors = self.results[reference.name].tensors
        names = [n for n in tensors if n in ("h_n", "c_n", "h_1", "c_1")]
        return [tensors[n] for n in names] if names and not reference.part else [self._tensor(reference)]

    def _bounded(self, layer: Layer, result: Result) -> Result:
        """Hold every tensor to a size that can be written down."""
        tensors: dict[str, Tensor | None] = {}
        for name, tensor in result.tensors.items():
            tensors[name] = tensor
            if tensor is None:
                continue
            elements = tensor.layout.numel()
            if tensor.layout.ndim > MOST_DIMS:
                self.mistakes.add(f"{layer.name}: a tensor has at most {MOST_DIMS} dims here", layer.path)
                raise UnfollowedError
            if (elements if isinstance(elements, int) else elements.coefficient) > MOST_ELEMENTS:
                self.mistakes.add(f"{layer.name}: this tensor would have more than 10^30 elements", layer.path)
                raise UnfollowedError
            if len(str(tensor.layout)) > LONGEST_LAYOUT:
                tensors[name] = tensor.moved(Layout(tuple(unknown(size) for size in tensor.layout.sizes)))
        return replace(result, tensors=tensors)

    def _account(self, layer: Layer, step: Step, result: Result) -> None:
        """Note which states of recurrent layers were used, and where some were picked."""
        given = frozenset(use for tensor in (*step.inputs, *(step.states or ())) for use in tensor.uses)
        if not layer.kind.keeps:
            for use in given:
                self.consumed.setdefault(use, layer.path)
        for tensor in result.tensors.values():
            for use in (tensor.uses if tensor is not None else frozenset[Use]()) - given:
                self.picked.setdefault(use, layer.path)

    def _call(self, layer: Layer, step: Step | None, result: Result) -> ModuleCall:
        name = layer.kind.name
        spec = result.spec or (f"{name}({layer.kind.written(layer.arguments)})" if layer.kind.module else name)
        names = ["input"] if len(layer.inputs) == 1 else [".".join(filter(None, r)) for r in layer.inputs]
        inputs = [Value(n, t.layout, t.dtype) for n, t in zip(names, step.inputs, strict=True)] if step else []
        inputs += [Value(n, t.layout, t.dtype) for n, t in zip(("h_0", "c_0"), (step and step.states) or (), strict=False)]
        outputs = [Value(n, t.layout, t.dtype) for n, t in result.tensors.items() if t is not None]
        notes = result.notes if outputs else (NOT_FOLLOWED,)
        return ModuleCall(
            layer.name, name, spec, tuple(inputs), tuple(outputs), result.parameters, Total.of([result.flops]), 1,
            line=self.document.lines.nearest(layer.path), notes=notes,
        )  # fmt: skip

    # What is found

    def _tell(self, found: Finding, path: Path) -> None:
        location = self.document.location(path)
        if found.code not in self.ignore and not location.silences(found.code):
            self.report.add(replace(found, location=location))

    def _find(self, code: str, message: str, layer: Layer, path: Path, hint: str | None = None) -> None:
        self._tell(finding_of(Mistake(code, message, hint), layer.name, layer.kind.name, None), path)

    def _outputs(self) -> list[tuple[Reference, Tensor | None]]:
        return [(reference, self._tensor(reference)) for reference in self.description.outputs]

    def _judge_outputs(self) -> None:
        """Judge what the model returns: samples must not be mixed in it, nor all gone."""
        tensors = [tensor for _, tensor in self._outputs()]
        for reference, tensor in self._outputs():
            if tensor is None:
                continue
            for use in tensor.uses:
                self.consumed.setdefault(use, ())
            layer = self.layers.get(reference.name)
            cut = next((c for c in tensor.cuts if c.interleaves), None)
            if layer is None or cut is None or _has_batch(tensor.layout, whole=True) or not _has_batch(tensor.layout):
                continue
            if not any(f.code == "RNS203" for f in self.report.findings):
                source = self.layers[cut.module]
                message = f"the output {tensor.layout} holds mixed samples: {cut.call} of {cut.before} interleaves them"
                self._find("RNS203", message, source, cut.path, instead(cut))
        known = [tensor for tensor in tensors if tensor is not None]
        if len(known) < len(tensors) or not any(_has_batch(t.layout) for t in self.inputs.values()):
            return
        silent = any(f.axis == UNKNOWN for t in known for dim in t.layout.dims for f in dim)
        if not silent and not any(_has_batch(t.layout) for t in known):
            for lost in dict.fromkeys(x for t in known for x in t.lost):
                self._find(lost.code, lost.message, self.layers[lost.module], lost.path)

    def _judge_picks(self) -> None:
        """Judge which states of a layer with both directions were used, once all is known."""
        used: dict[str, list[Use]] = {}
        for use in self.consumed:
            used.setdefault(use.layer, []).append(use)
        for layer in self.description.layers:
            uses = used.get(layer.name)
            if not uses or not layer.arguments.get("bidirectional"):
                continue
            whats = {use.what for use in uses}
            path = self.picked.get(uses[0], layer.path)
            if whats == {"last"}:
                message = "of the reverse direction only the last step is used, where it has read one step and no more"
                hint = f'the reverse direction ends at step 0: type = "last_state" with input = "{layer.name}"'
                self._find("RNS302", message, layer, path, hint)
                continue
            rows = [int(what.split()[1]) for what in whats if what.startswith("row ")]
            if len(rows) == len(whats) and len({row % 2 for row in rows}) == 1:
                way, other = ("forward", "reverse")[:: 1 if rows[0] % 2 == 0 else -1]
                which = f"row {rows[0]} is" if len(rows) == 1 else f"rows {', '.join(map(str, sorted(rows)))} are"
                message = f"of h_n only {which} used, which is {way}: the {other} direction reaches nothing"
                self._find("RNS304", message, layer, path, f'type = "last_state" with input = "{layer.name}" has both')

    def prediction(self) -> ModelPrediction:
        """Return what was found.

        Raises:
            SpecError: with every mistake of form, a line for each.
        """
        self.mistakes.raise_any()
        returned = [call for call in self.calls if self.layers[call.path].kind.module and not self.layers[call.path].kind.loss]
        activations = Total.of([value.bytes for call in returned for value in call.outputs])
        parameters = sum(call.parameters for call in self.calls)
        flops = Total.of([term for call in self.calls for term in call.flops.terms])
        inputs = tuple(Value(name, tensor.layout, tensor.dtype) for name, tensor in self.inputs.items())
        found = [(reference, tensor) for reference, tensor in self._outputs() if tensor is not None]
        single = len(self.description.outputs) == 1
        names = ["output" if single else ".".join(filter(None, reference)) for reference, _ in found]
        outputs = tuple(Value(n, t.layout, t.dtype) for n, (_, t) in zip(names, found, strict=True))
        name = self.description.name
        model = ModuleCall("", name, name, inputs, outputs, parameters, flops)
        notes = tuple(f"{symbol} is {size}, from {by}" for symbol, (size, by) in self.bound.items())
        return ModelPrediction(
            self.document.file, (model, *self.calls), self.report.findings, parameters, 4 * parameters, activations, notes=notes
        )


def walked(document: Document, description: Description, ignore: Iterable[str] = ()) -> Walked:
    """Go through a model, again each time that a layer decides a symbol."""
    codes = checked_codes(ignore)
    bound: dict[str, tuple[int, str]] = {}
    while True:
        try:
            return Walked(document, description, bound, codes)
        except BoundError as found:
            bound[found.symbol] = found.size, found.by


def _arguments(layer: Layer) -> dict[str, object]:
    return {name: value for name, value in layer.arguments.items() if name != "state"}


def _symbols(layout: Layout, axes: tuple[str, ...] = ()) -> set[str]:
    dims = [d for d in layout.dims if not axes or any(holds(d, name) for name in axes)]
    return {s for d in dims for f in d if isinstance(f.size, Monomial) for s in f.size.symbols}


def _has_batch(layout: Layout, whole: bool = False) -> bool:
    if not whole:
        return any(holds(dim, "batch") for dim in layout.dims)
    return any(isinstance(f.axis, Axis) and f.axis.name == "batch" and f.size == f.total for dim in layout.dims for f in dim)
