"""One layer of a file in the middle of the walk: what goes in, what may be asked of it, and what is found wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

from rnnshape import text
from rnnshape.calculator.spec import RNNSpec
from rnnshape.errors import LayoutError
from rnnshape.layout.axes import UNKNOWN, Axis, Block, Dim, axes_of
from rnnshape.layout.interleaving import repair
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Monomial, Size, divide, product
from rnnshape.modelfile.registry import Cut, Tensor
from rnnshape.report.finding import Became, Finding
from rnnshape.report.mistake import Mistake, finding_of

if TYPE_CHECKING:
    from rnnshape.modelfile.description import Layer

__all__ = ["FLOATS", "BoundError", "Step", "UnfollowedError", "holds", "instead", "made_of", "seq_dim", "size_of"]


FLOATS = ("float64", "float32", "float16", "bfloat16")


class UnfollowedError(Exception):
    """Raised by a rule that cannot say what comes out; the finding that tells why is made already."""


class BoundError(Exception):
    """Raised where a layer decides the size of an input's axis that has a symbol, as in_features does for ``feature``."""

    def __init__(self, symbol: str, size: int, by: str) -> None:
        self.symbol = symbol
        self.size = size
        self.by = by
        super().__init__(symbol)


def size_of(dim: Dim) -> Size:
    """Return the size of a dim."""
    return product(f.size for f in dim)


def holds(dim: Dim, name: str) -> bool:
    """Tell whether an axis of this name varies along a dim."""
    return any(f.size != 1 and any(a.name == name for a in axes_of((f,))) for f in dim)


def made_of(dim: Dim, expected: str = "feature") -> str:
    """Write a size with what it is made of, "256 = directions=2 x hidden=128", unless that is what anybody expects."""
    size = size_of(dim)
    if not dim or any(f.axis == UNKNOWN for f in dim):
        return str(size)
    if len(dim) == 1 and isinstance(dim[0].axis, Axis):
        name = dim[0].axis.name
        return str(size) if name == expected else f"{size}, which is {name}"
    return f"{size} = {' x '.join(map(str, dim))}"


def seq_dim(layout: Layout) -> int | None:
    """Return the dim of the steps, None where that is not one dim."""
    found = [at for at, dim in enumerate(layout.dims) if any(a.name == "seq" for a in axes_of(dim))]
    if not found:
        return None
    whole = [at for at in found if len(layout.dims[at]) == 1 and isinstance(layout.dims[at][0].axis, Axis)]
    return found[0] if len(found) == 1 and whole else None


@dataclass
class Step:
    """One layer with what goes into it.

    Attributes:
        layer: from the file.
        inputs: the tensors.
        states: the initial states of a recurrent layer, where the file names some.
        spec: of the recurrent layer that the input comes from, where the kind asks for one.
        sizes: what words in a reshape stand for.
        free: symbols of the inputs that a layer may decide: those of other axes than batch and seq.
        new_symbol: makes a symbol that nobody has.
    """

    layer: Layer
    inputs: tuple[Tensor, ...]
    states: tuple[Tensor, ...] | None = None
    spec: RNNSpec | None = None
    sizes: Mapping[str, tuple[Size, str]] = field(default_factory=dict[str, tuple[Size, str]])
    free: frozenset[str] = frozenset()
    tell: Callable[[Finding, tuple[str | int, ...]], None] = lambda finding, path: None
    refuse: Callable[[str, tuple[str | int, ...]], None] = lambda message, path: None
    new_symbol: Callable[[str], str] = lambda word: word

    @property
    def input(self) -> Tensor:
        """The first tensor that goes in."""
        return self.inputs[0]

    @property
    def layout(self) -> Layout:
        """The Layout of the first tensor that goes in."""
        return self.inputs[0].layout

    def __getitem__(self, argument: str) -> Any:
        """Return an argument of the layer."""
        return self.layer.arguments[argument]

    def path(self, key: str | None) -> tuple[str | int, ...]:
        """Return the place of a key of the layer in the file, or of the layer."""
        return (*self.layer.path, key) if key else self.layer.path

    def at(self, dim: int, ndim: int | None = None, key: str = "dim") -> int:
        """Return a dim counted from the front; one that the input does not have ends the step."""
        rank = self.layout.ndim if ndim is None else ndim
        if not -rank <= dim < rank:
            self.stop("RNS213", f"{key}={dim} is no dim of {self.words(self.layout)}, which has {rank}", key)
        return dim % rank

    def words(self, layout: Layout) -> str:
        """Write a Layout in a message."""
        return f"({layout})" if not str(layout).startswith("(") or layout.ndim > 1 else str(layout)

    # What is found

    def find(
        self,
        code: str,
        message: str,
        key: str | None = None,
        suggestion: str | None = None,
        shown: Iterable[tuple[str, Layout]] | None = None,
        cut: Cut | None = None,
        subject: str = "",
    ) -> None:
        """Report a mistake, at a key of the layer, or at the reshape that made it one."""
        given = [("input", self.layout)] if shown is None and self.inputs else list(shown or ())
        if cut is not None:
            given = [("before", cut.before)]
        became = Became(cut.call.split("(")[0], cut.sizes) if cut is not None else None
        mistake = Mistake(code, message, suggestion, tuple(given), became, subject=subject)
        self.tell(finding_of(mistake, self.layer.name, self.layer.kind.name, None), cut.path if cut else self.path(key))

    def stop(self, code: str, message: str, key: str | None = None, suggestion: str | None = None) -> NoReturn:
        """Report a mistake after which nobody knows what comes out."""
        self.find(code, message, key, suggestion)
        raise UnfollowedError

    def refused(self, message: str, key: str | None = None) -> NoReturn:
        """Report a mistake of form that only the Layouts show."""
        self.refuse(f"{self.layer.name}: {message}", self.path(key))
        raise UnfollowedError

    def attempt(self, call: str, move: Callable[[], Layout], key: str | None = None) -> Layout:
        """Return what an operation of the Layout gives; what it refuses is a finding."""
        try:
            return move()
        except LayoutError as error:
            self.stop("RNS213", f"{call} does not fit: {str(error).split(chr(10))[0]}", key)

    # What layers demand

    def fits(self, dim: int, wanted: int, by: str) -> bool:
        """Tell whether a dim has a size. A symbol that stands for something else than batch or seq is thereby decided."""
        size = size_of(self.layout.dims[dim])
        if isinstance(size, Monomial) and len(size.symbols) == 1 and size.symbols[0] in self.free:
            decided = divide(wanted, size.coefficient)
            if isinstance(decided, int):
                raise BoundError(size.symbols[0], decided, f"{by} of {self.layer.name}")
        return size == wanted

    def needs_floats(self, weights: bool = False) -> None:
        """Report ids where numbers are computed with; with weights, which are float32, any other dtype."""
        for tensor in self.inputs:
            if tensor.dtype == "float32" or (not weights and tensor.dtype in FLOATS):
                continue
            fits = "an Embedding turns ids into vectors" if tensor.dtype == "int64" else None
            wanted = "float32" if weights else "floats"
            self.find("RNS110", f"{self.layer.kind.name} computes with {wanted} and gets {tensor.dtype}", "input", fits)
            return

    def consumes(self, dims: Sequence[int], taken: str, tensor: Tensor | None = None) -> bool:
        """Judge dims that are summed over or taken whole: no samples there, and nothing scrambled. Tell whether all is well."""
        given = tensor or self.input
        cut = given.cuts[-1] if given.cuts else None
        layout = given.layout
        for dim in dims:
            if holds(layout.dims[dim], "batch"):
                message = f"samples are mixed: {self.lies(layout, dim)}, and {self.layer.kind.name} takes that dim for {taken}"
                self.find("RNS203", message, None, instead(cut), None if cut is None else (), cut)
                return False
        for dim in dims:
            block = next((f for f in layout.dims[dim] if isinstance(f.axis, Block) and f.size != 1), None)
            if block is not None and cut is not None:
                names = text.listed(dict.fromkeys(a.name for a in axes_of((block,))))
                what = f"{cut.call} of {cut.before}"
                message = f"{names} are scrambled: {what} cuts them into pieces that lie along several dims in no order"
                self.find("RNS209", f"{message}, and {self.layer.kind.name} takes them as they lie", cut=cut)
                return False
        return True

    def lies(self, layout: Layout, dim: int) -> str:
        """Say that samples lie along a dim."""
        return f"along dim {dim} of {text.sizes(layout.sizes)} lie several samples"


def instead(cut: Cut | None) -> str | None:
    """Return a permutation that makes a reshape right, where one was found that does."""
    found = repair(cut.before.dims, cut.sizes) if cut is not None else None
    return f"instead of {cut.call.split('(')[0]}: {found[0]}" if found and cut is not None else None
