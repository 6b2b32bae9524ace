"""What a file says of a model: its inputs, its layers and what it returns; and the keys by which it says that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from rnnshape.calculator.model import ITEM_SIZE
from rnnshape.layout.axes import Axis
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Monomial
from rnnshape.modelfile.arguments import Argument, Choice, LayoutText, Name, NameList
from rnnshape.modelfile.kinds import Kind
from rnnshape.modelfile.lines import Path

__all__ = [
    "INPUT", "LAYER_NAME", "MOST_INPUTS", "MOST_LAYERS", "OUTPUT", "TITLE", "TOP", "Description", "Input", "Layer",
    "Reference", "common", "words_of",
]  # fmt: skip

MOST_LAYERS = 1000
MOST_INPUTS = 100

DTYPES = tuple(name for name in ITEM_SIZE if not name.startswith("complex"))
INPUT = (
    Name("name", None, about='How layers call it; "input" where there is one.'),
    LayoutText("layout", about='Its axes and sizes, "batch=32 seq=50"; a word without a size is a symbol.'),
    Choice("dtype", None, about="Of its elements; int64 where an Embedding takes it, else float32.", words=DTYPES),
)
"""The keys of an input."""

LAYER_NAME = Name("name", None, about="How later layers, and the written module, call it.")
_ONE = NameList("input", None, most=1, about='The result that goes in, "rnn" or "rnn.h_n"; by default the one before.')


def common(kind: Kind) -> tuple[Argument, ...]:
    """Return the keys that a layer has beside ``type`` and its arguments."""
    if kind.most == 1:
        return LAYER_NAME, _ONE
    return LAYER_NAME, NameList("inputs", least=kind.least, most=kind.most, about="The results that go in, in order.")


TOP = ("name", "output", "input", "layer")
TITLE = Name("name", None, about="Of the class that is written; made from the file's name where it is left out.")
OUTPUT = NameList("output", None, about="What the model returns; the last result that is no loss, where it is left out.")


class Reference(NamedTuple):
    """A result of an input or a layer.

    Attributes:
        name: of the layer.
        part: such as "h_n"; empty for its main result.
    """

    name: str
    part: str = ""

    @staticmethod
    def of(word: str) -> Reference:
        """Read a reference as it stands in a file, "rnn" or "rnn.h_n"."""
        name, _, part = word.partition(".")
        return Reference(name, part)


@dataclass(frozen=True, slots=True)
class Input:
    """An input of the model.

    Attributes:
        name: how layers call it.
        layout: its Layout.
        dtype: as the file has it, or None.
        path: where it stands.
    """

    name: str
    layout: Layout
    dtype: str | None
    path: Path


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of the model.

    Attributes:
        name: of its own, given or made from its type.
        kind: its type.
        arguments: every one, defaults included.
        inputs: what goes in.
        path: where it stands.
    """

    name: str
    kind: Kind
    arguments: Mapping[str, Any]
    inputs: tuple[Reference, ...]
    path: Path

    def source(self, reference: Reference) -> Reference:
        """Return the result that goes in where this one is named; of a layer whose state is asked for, its h_n."""
        return Reference(reference.name, "h_n") if self.kind.recurrent and not reference.part else reference


@dataclass(frozen=True, slots=True)
class Description:
    """A model as its file describes it.

    Attributes:
        name: of the class.
        inputs: in the order of ``forward``.
        layers: in order.
        outputs: what it returns.
    """

    name: str
    inputs: tuple[Input, ...]
    layers: tuple[Layer, ...]
    outputs: tuple[Reference, ...]

    def words(self) -> dict[str, tuple[str, int]]:
        """Return what a word in a reshape means; see `words_of`."""
        return words_of(self.inputs)

    def states(self, layer: Layer) -> list[Reference]:
        """Return the states that a layer starts from: of an earlier recurrent layer all that it has."""
        parts = {other.name: other.kind.parts for other in self.layers}
        found: list[Reference] = []
        for reference in map(Reference.of, layer.arguments.get("state") or ()):
            own = [part for part in parts.get(reference.name, ()) if part in ("h_n", "c_n", "h_1", "c_1")]
            found += [Reference(reference.name, part) for part in own] if own and not reference.part else [reference]
        return found


def words_of(inputs: tuple[Input, ...]) -> dict[str, tuple[str, int]]:
    """Return what a word in a reshape means, an axis or a symbol of an input: the input, and the dim that is its size."""
    found: dict[str, tuple[str, int]] = {}
    for given in inputs:
        for at, dim in enumerate(given.layout.dims):
            if len(dim) == 1 and isinstance(dim[0].axis, Axis) and dim[0].size == dim[0].total:
                size = dim[0].size
                single = isinstance(size, Monomial) and size.coefficient == len(size.symbols) == 1
                for name in (dim[0].axis.name, *([str(size)] if single else [])):
                    found.setdefault(name, (given.name, at))
    return found
