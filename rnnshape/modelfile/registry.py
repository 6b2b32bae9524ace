"""The registry of layers: each is one function that turns the tensors which go in into those which come out.

A function is registered by `layer` under the name that a file gives as ``type``, with its arguments; its docstring is what the
JSON schema says of it. The lower-case form of the name is understood too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Size
from rnnshape.modelfile.arguments import NEEDED, Argument
from rnnshape.text import nearest

if TYPE_CHECKING:
    from rnnshape.modelfile.step import Step

__all__ = ["KINDS", "Cut", "Kind", "Lost", "Result", "Tensor", "Use", "find_kind", "layer"]


class Use(NamedTuple):
    """Which states of a recurrent layer a tensor holds.

    Attributes:
        layer: the name of the layer.
        what: "steps" for all of them, "last" for the last one, "state" for rows of h_n, "row 1" for one of them.
    """

    layer: str
    what: str


class Cut(NamedTuple):
    """A reshape that cut axes at places which do not divide.

    Attributes:
        path: where it stands in the file.
        module: the name of the layer.
        call: such as "reshape(6, -1)".
        before: what was reshaped.
        sizes: of the result.
        interleaves: whether samples were spread over dims.
    """

    path: tuple[str | int, ...]
    module: str
    call: str
    before: Layout
    sizes: tuple[Size, ...]
    interleaves: bool


class Lost(NamedTuple):
    """How the batch went out of a tensor.

    Attributes:
        path: where that stands in the file.
        module: the name of the layer.
        code: the rule that it breaks, should no output have a batch.
        message: what to say then.
    """

    path: tuple[str | int, ...]
    module: str
    code: str
    message: str


@dataclass(frozen=True)
class Tensor:
    """A tensor on its way through the file.

    Attributes:
        layout: its Layout.
        dtype: of its elements.
        uses: states of recurrent layers that lie in it untouched.
        cuts: reshapes that it went through.
        lost: where the batch went, where it did.
    """

    layout: Layout
    dtype: str = "float32"
    uses: frozenset[Use] = frozenset()
    cuts: tuple[Cut, ...] = ()
    lost: tuple[Lost, ...] = ()

    def moved(self, layout: Layout) -> Tensor:
        """Return the same elements with another Layout."""
        return replace(self, layout=layout)

    def computed(self, layout: Layout, dtype: str | None = None) -> Tensor:
        """Return what was computed from it: its axes that are left stay as they were cut, its states are consumed."""
        return replace(self, layout=layout, dtype=dtype or self.dtype, uses=frozenset())


@dataclass(frozen=True)
class Result:
    """What a layer gives.

    Attributes:
        tensors: by the names of the layer's parts, the main one first; None for one that nobody knows.
        parameters: how many the layer has.
        flops: of its matrix products.
        source: the call in Python, with ``{0}``, ``{1}`` for the tensors that go in; empty for ``self.name(...)``.
        spec: how the layer is written for a person; empty for its arguments.
        notes: what a person should know.
    """

    tensors: Mapping[str, Tensor | None]
    parameters: int = 0
    flops: Size = 0
    source: str = ""
    spec: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A type of layer.

    Attributes:
        name: under which a file asks for it.
        arguments: in torch's order.
        rule: what it does.
        module: whether it is a class of torch.nn; otherwise it is a line of Python.
        parts: names of its results, the main one first.
        least: how many tensors go in.
        most: how many may go in.
        keeps: whether the elements stay what they are, so that nothing is consumed.
        recurrent: whether a recurrent layer must be its input.
        loss: whether it is one, with a target.
        about: one sentence.
        check: raises SpecError for arguments that torch rejects together.
    """

    name: str
    arguments: tuple[Argument, ...]
    rule: Callable[[Step], Result]
    module: bool = True
    parts: tuple[str, ...] = ("output",)
    least: int = 1
    most: int = 1
    keeps: bool = False
    recurrent: bool = False
    loss: bool = False
    about: str = ""
    check: Callable[[dict[str, Any]], object] | None = field(default=None, repr=False)

    def argument(self, name: str) -> Argument | None:
        """Return an argument by its name."""
        return next((a for a in self.arguments if a.name == name), None)

    def written(self, values: Mapping[str, Any]) -> str:
        """Write the arguments as a call has them: those that are needed by position, others where they are no defaults."""
        known = [a for a in self.arguments if a.constructor]
        shown = [_written(values[a.name]) for a in known if a.default is NEEDED]
        for argument in known:
            value = values[argument.name]
            if argument.default is not NEEDED and value != argument.default:
                shown.append(f"{argument.name}={_written(value)}")
        return ", ".join(shown)


def _written(value: Any) -> str:
    items: tuple[object, ...] = cast("tuple[object, ...]", value) if isinstance(value, tuple) else (value,)
    return repr(items[0] if len(items) == 1 else items)


KINDS: dict[str, Kind] = {}
"""Every type of layer, by its name."""


def layer(name: str, *arguments: Argument, **options: Any) -> Callable[[Callable[[Step], Result]], Callable[[Step], Result]]:
    """Register a function as what a type of layer does.

    Args:
        name: as a file has it under ``type``.
        arguments: in torch's order.
        options: other attributes of its `Kind`; ``about`` is taken from the docstring unless it is given.

    Raises:
        ValueError: where the name is taken.
    """

    def register(rule: Callable[[Step], Result]) -> Callable[[Step], Result]:
        if name.lower() in {known.lower() for known in KINDS}:
            raise ValueError(f"two layers have the type {name!r}")
        about = options.pop("about", None) or (rule.__doc__ or "").split("\n")[0]
        KINDS[name] = Kind(name, arguments, rule, about=about, **options)
        return rule

    return register


def find_kind(word: str) -> Kind:
    """Return a type of layer by its name, in torch's spelling or in lower case.

    Raises:
        ValueError: for any other word; the message has the nearest one.
    """
    lowered = {name.lower(): kind for name, kind in KINDS.items()}
    found = KINDS.get(word) or (lowered.get(word) if word.islower() else None)
    if found is not None:
        return found
    near = lowered.get(word.lower()) or lowered.get(word.lower().removeprefix("nn."))
    hint = f"; did you mean {near.name!r}?" if near else nearest(word[:50], KINDS) or _nearest_lower(word[:50], lowered)
    raise ValueError(f"there is no layer of this type{hint or '; rnnshape predict --schema has them all'}")


def _nearest_lower(word: str, lowered: dict[str, Kind]) -> str:
    hint = nearest(word.lower(), lowered)
    return f"; did you mean {lowered[hint.split(chr(39))[1]].name!r}?" if hint else ""
