"""Elements that move and stay what they are: what comes out is torch's own method on the Layout."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from rnnshape import text
from rnnshape.errors import LayoutError
from rnnshape.layout.axes import UNKNOWN, Axis, Block, axes_of, role_of, whole
from rnnshape.layout.interleaving import interleaves
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Monomial, Size, parse_size
from rnnshape.modelfile.arguments import Integer, Integers, ReshapeSizes
from rnnshape.modelfile.registry import Cut, Result, Tensor, layer
from rnnshape.modelfile.step import BoundError, Step, size_of

_KEPT = 4
"""Reshapes that a tensor remembers."""


def _dim(name: str, about: str) -> Integer:
    return Integer(name, least=-16, most=15, about=about, constructor=False)


def _moved(step: Step, call: str, move: Callable[[Layout], Layout]) -> Result:
    found = step.attempt(call, lambda: move(step.layout))
    return Result({"output": step.input.moved(found)}, source=f"{{0}}.{call}", spec=call)


@layer("transpose", _dim("dim0", "One dim."), _dim("dim1", "The other."), module=False, keeps=True)
def transpose(step: Step) -> Result:
    """Swap two dims."""
    a, b = step["dim0"], step["dim1"]
    return _moved(step, f"transpose({a}, {b})", lambda x: x.transpose(a, b))


@layer(
    "permute", Integers("dims", least=-16, about="The dims in their new order.", constructor=False), module=False, keeps=True
)
def permute(step: Step) -> Result:
    """Reorder the dims."""
    dims = step["dims"]
    return _moved(step, f"permute({text.listed(dims, ',').replace(' , ', ', ')})", lambda x: x.permute(dims))


@layer("unsqueeze", _dim("dim", "Where the new dim stands."), module=False, keeps=True)
def unsqueeze(step: Step) -> Result:
    """Insert a dim of size 1."""
    return _moved(step, f"unsqueeze({step['dim']})", lambda x: x.unsqueeze(step["dim"]))


@layer("squeeze", _dim("dim", "Which dim."), module=False, keeps=True)
def squeeze(step: Step) -> Result:
    """Drop a dim of size 1; a dim of any other size stays."""
    return _moved(step, f"squeeze({step['dim']})", lambda x: x.squeeze(step["dim"]))


@layer(
    "Flatten",
    Integer("start_dim", 1, least=-16, most=15, about="The first dim of those that become one."),
    Integer("end_dim", -1, least=-16, most=15, about="The last of them."),
    keeps=True,
)
def flatten(step: Step) -> Result:
    """Make one dim of several, as nn.Flatten does: of all but the first, unless it is told otherwise."""
    start, end = step["start_dim"], step["end_dim"]
    call = f"flatten({start}, {end})"
    found = step.attempt(call, lambda: step.layout.flatten(start, end))
    return Result({"output": step.input.moved(found)})


@layer(
    "reshape",
    ReshapeSizes("sizes", about="Ints, one of which may be -1, and axes or symbols of the input such as \"batch\".",
                 constructor=False),
    module=False, keeps=True,
)  # fmt: skip
def reshape(step: Step) -> Result:
    """Read the same elements in row-major order as other sizes; it never moves an axis."""
    wanted: list[Size] = []
    written: list[str] = []
    for size in step["sizes"]:
        value, code = (size, str(size)) if isinstance(size, int) else _word(step, size)
        wanted.append(value)
        written.append(code)
    call = f"reshape({', '.join(map(str, step['sizes']))})"
    try:
        found = step.layout.reshape(*wanted, allow_mixing=True)
    except LayoutError as error:
        _decide(step, wanted)
        step.stop("RNS213", str(error).split("\n")[0], "sizes")
    mixes = [d for d, dim in enumerate(found.dims) if any(isinstance(f.axis, Block) for f in dim)]
    tensor = step.input.moved(found)
    mixed = interleaves(step.layout.dims, found.dims)
    if mixes or mixed:
        cut = Cut(step.path("sizes"), step.layer.name, call, step.layout, found.sizes, mixed)
        tensor = replace(tensor, cuts=(*tensor.cuts, cut)[-_KEPT:])
    return Result({"output": tensor}, source=f"{{0}}.reshape({', '.join(written)})", spec=call)


def _word(step: Step, word: str) -> tuple[Size, str]:
    word = word if word in step.sizes else role_of(word)
    if word not in step.sizes:
        known = text.nearest(word, step.sizes) or f"; there are {text.listed(step.sizes)}"
        step.refused(f"sizes: the input has no axis or symbol {word!r}{known}", "sizes")
    return step.sizes[word]


def _decide(step: Step, wanted: list[Size]) -> None:
    """Learn the symbol of a feature axis from sizes that name every other."""
    numbers = [s for s in wanted if isinstance(s, int)]
    symbols = {s for size in step.layout.sizes if isinstance(size, Monomial) for s in size.symbols}
    free = (symbols & step.free) - {s for size in wanted if isinstance(size, Monomial) for s in size.symbols}
    if -1 in numbers or len(free) != 1:
        return
    symbol = next(iter(free))
    for number in sorted(set(numbers)):
        try:
            step.layout.bind(**{symbol: number}).reshape(*wanted, allow_mixing=True)
        except LayoutError:
            continue
        raise BoundError(symbol, number, f"sizes of {step.layer.name}")


@layer("concat", _dim("dim", "Along which dim."), module=False, keeps=True, least=2, most=100)
def concat(step: Step) -> Result:
    """Join earlier results along a dim, as torch.cat does."""
    layouts = [t.layout for t in step.inputs]
    shown = text.listed(dict.fromkeys(map(step.words, layouts)))
    if len({x.ndim for x in layouts}) > 1:
        step.stop("RNS213", f"concat cannot join {shown}: they have different numbers of dims", "inputs")
    dim = step.at(step["dim"])
    for at in range(layouts[0].ndim):
        if at != dim and len({str(x.sizes[at]) for x in layouts}) > 1:
            step.stop("RNS213", f"concat along dim {dim} cannot join {shown}: dim {at} differs", "inputs")
    found, notes = _joined(step, layouts, dim)
    inputs = ", ".join(f"{{{i}}}" for i in range(len(layouts)))
    source = f"torch.cat([{inputs}], {dim})"
    return Result({"output": together(step.inputs, found)}, source=source, spec=f"cat(dim={dim})", notes=notes)


def _joined(step: Step, layouts: list[Layout], dim: int) -> tuple[Layout, tuple[str, ...]]:
    try:
        found = Layout.cat(layouts, dim)
        if found.dims[dim] and found.dims[dim][0].axis == UNKNOWN and _all_features(layouts, dim):
            found = Layout((*found.dims[:dim], (whole(Axis("feature"), size_of(found.dims[dim])),), *found.dims[dim + 1 :]))
        return found, ()
    except LayoutError:
        sizes = [size_of(x.dims[dim]) for x in layouts]
    symbols = [s.symbols[0] for s in sizes if isinstance(s, Monomial)]
    symbol = step.new_symbol(f"{symbols[0]}_{step.layer.name}")
    first = layouts[0]
    like = Layout.cat([Layout((*x.dims[:dim], (), *x.dims[dim + 1 :])) for x in layouts], dim)
    new = Layout.parse(f"?={parse_size(symbol)}").dims[0]
    dims = (*like.dims[:dim], new, *like.dims[dim + 1 : first.ndim])
    return Layout(dims), (f"{symbol} = {' + '.join(map(str, sizes))}",)


def _all_features(layouts: list[Layout], dim: int) -> bool:
    """Tell whether features of other sizes or kinds were put side by side, which are features again."""
    names = {a.name for x in layouts for a in axes_of(x.dims[dim])}
    return len({x.dims[dim] for x in layouts}) > 1 and names <= {"feature", "hidden", "directions", "proj", "layers"}


def together(tensors: tuple[Tensor, ...], layout: Layout) -> Tensor:
    """Return a tensor with the elements of several."""
    dtype = tensors[0].dtype
    for tensor in tensors[1:]:
        dtype = _promoted(dtype, tensor.dtype)
    cuts = tuple(dict.fromkeys(c for t in tensors for c in t.cuts))[-_KEPT:]
    lost = tuple(dict.fromkeys(x for t in tensors for x in t.lost))
    return Tensor(layout, dtype, frozenset(u for t in tensors for u in t.uses), cuts, lost)


_RANKS = ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "bfloat16", "float32", "float64")


def _promoted(a: str, b: str) -> str:
    """Return the dtype in which torch computes with two.

    >>> _promoted("int64", "float16"), _promoted("uint8", "int8"), _promoted("float16", "bfloat16")
    ('float16', 'int16', 'float32')
    """
    if {a, b} == {"uint8", "int8"}:
        return "int16"
    if {a, b} == {"float16", "bfloat16"}:
        return "float32"
    return max(a, b, key=_RANKS.index)
