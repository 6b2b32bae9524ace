"""`Layout`: the shape of a tensor with the meaning of every axis, and the operations that torch has on shapes.

>>> h_n = Layout.parse("(layers=2 directions=2) batch=6 hidden=16")
>>> h_n.sizes
(4, 6, 16)
>>> print(h_n.transpose(0, 1).flatten(1))
batch=6 (layers=2 directions=2 hidden=16)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, cast

from rnnshape.drawing.pictured import Pictured
from rnnshape.errors import LayoutError
from rnnshape.layout import dialects, notation, ordering, picking, regrouping
from rnnshape.layout.axes import COPIES, UNKNOWN, Axis, Block, Dim, Dims, Factor, axes_of, role_of, whole
from rnnshape.layout.binding import renamed, solve, substituted
from rnnshape.layout.dims import held, number, position, render, sizes_of
from rnnshape.layout.interleaving import refuse_mixing
from rnnshape.layout.joining import aligned, concatenated, stacked
from rnnshape.layout.picking import Index
from rnnshape.layout.sizes import Size, parse_size, product, whole_number

if TYPE_CHECKING:
    from rnnshape.drawing.picture import Picture

__all__ = ["Layout"]


@dataclass(frozen=True, slots=True)
class Layout(Pictured):
    """The dimensions of a tensor, each a row-major product of named factors.

    The methods are torch's own and keep its argument conventions (negative dims, ``-1`` in a reshape, one tuple or several
    ints). They answer with another Layout, so a REPL session can go on from a prediction.

    A string is read as `parse` reads it, and what ``repr`` shows evaluates to the same Layout.

    Attributes:
        dims: one tuple of factors for each dimension, slowest first.

    >>> Layout("batch=6 seq=9").sizes
    (6, 9)
    >>> x = Layout.parse("batch=6 seq=9 feature=10")
    >>> print(x.transpose(0, 1).reshape(9 * 6, 10))
    (seq=9 batch=6) feature=10
    >>> print(x[:, -1])
    batch=6 feature=10
    """

    dims: Dims

    if TYPE_CHECKING:

        def __init__(self, dims: Dims | str) -> None: ...

    else:

        def __post_init__(self) -> None:
            if isinstance(self.dims, str):
                object.__setattr__(self, "dims", held(notation.parse(self.dims)))

    @staticmethod
    def parse(text: str | Layout) -> Layout:
        """Read a layout string; a Layout is returned as it is.

        The grammar is that of `rnnshape.layout.notation`.

        Raises:
            LayoutSyntaxError: with a caret under the mistake.

        >>> print(Layout.parse("N T H_in=4"))
        batch=N seq=T feature=4
        >>> Layout.parse("batch (seq=9 hidden")
        Traceback (most recent call last):
        ...
        rnnshape.errors.LayoutSyntaxError: cannot read this layout: this '(' is never closed
          batch (seq=9 hidden
                ^
        """
        return text if isinstance(text, Layout) else Layout(held(notation.parse(text)))

    @staticmethod
    def of(*dims: tuple[str | Axis, int | str | Size] | Sequence[tuple[str | Axis, int | str | Size]]) -> Layout:
        """Build a Layout from ``(name, size)`` pairs; a list of pairs is one dimension.

        >>> print(Layout.of(("seq", 9), ("batch", "B"), [("directions", 2), ("hidden", 16)]))
        seq=9 batch=B (directions=2 hidden=16)
        """

        def factor(pair: tuple[str | Axis, int | str | Size]) -> Factor:
            name, size = pair
            return whole(Axis(role_of(name)) if isinstance(name, str) else name, _size(size))

        built: list[Dim] = []
        for dim in dims:
            if isinstance(dim, tuple) and len(dim) == 2 and isinstance(dim[0], (str, Axis)):
                built.append((factor(cast("tuple[str, int]", dim)),))
            else:
                built.append(tuple(factor(pair) for pair in cast("Sequence[tuple[str, int]]", dim)))
        return Layout(held(tuple(built)))

    @staticmethod
    def from_jaxtyping(annotation: object) -> Layout:
        """Read an annotation such as ``Float[Tensor, "batch seq 4"]``, or its string; see `rnnshape.layout.dialects`.

        Raises:
            LayoutSyntaxError: where the annotation leaves the number of dims open.

        >>> print(Layout.from_jaxtyping("batch seq feature=4"))
        batch seq feature=4
        """
        return Layout(dialects.read_jaxtyping(annotation))

    def to_jaxtyping(self) -> str:
        """Return the string of a jaxtyping annotation; a product of axes becomes its size.

        >>> Layout.parse("seq=9 batch (directions=2 hidden=16)").to_jaxtyping()
        'seq=9 batch 32'
        """
        return dialects.write_jaxtyping(self.dims)

    # What it is

    @property
    def sizes(self) -> tuple[Size, ...]:
        """The sizes, as ``tensor.shape`` would be; symbols where no number is known."""
        return sizes_of(self.dims)

    @property
    def shape(self) -> tuple[Size, ...]:
        """The sizes, under the name that a tensor has for them, for code that takes either."""
        return self.sizes

    @property
    def names(self) -> tuple[str, ...]:
        """The axis words of each dimension, joined by ``*`` where it is a product.

        >>> Layout.parse("(layers=2 directions=2) batch=6 hidden=16").names
        ('layers*directions', 'batch', 'hidden')
        """
        return tuple("*".join(a.name for a in axes_of(d)) or "1" for d in self.dims)

    @property
    def written(self) -> tuple[str, ...]:
        """Each dimension as it stands in the Layout's string.

        >>> Layout.parse("(layers=2 directions=2) batch=6 hidden").written
        ('(layers=2 directions=2)', 'batch=6', 'hidden')
        """
        return tuple(render((dim,)) for dim in self.dims)

    @property
    def ndim(self) -> int:
        """The number of dimensions."""
        return len(self.dims)

    @property
    def axes(self) -> tuple[Axis, ...]:
        """Every known axis once, in order of appearance; those inside mixed dimensions included."""
        found = dict.fromkeys(a for d in self.dims for a in axes_of(d))
        return tuple(a for a in found if a not in (UNKNOWN, COPIES))

    def numel(self) -> Size:
        """Return the number of elements."""
        return product(self.sizes)

    def is_mixed(self, dim: int) -> bool:
        """Tell whether a dimension holds a piece of axes that were cut where they do not divide."""
        return any(isinstance(f.axis, Block) for f in self.dims[position(self.dims, dim)])

    def __str__(self) -> str:
        return render(self.dims)

    def __repr__(self) -> str:
        return f"Layout({str(self)!r})"

    @property
    def picture(self) -> Picture:
        """A chip for each factor, in the colour of its axis."""
        from rnnshape.layout.picture import picture_of

        return picture_of(self)

    # Sizes and names

    def bind(self, sizes: Sequence[int] | None = None, /, **symbols: int) -> Layout:
        """Give symbols their numbers: by name, or from the sizes of a real tensor.

        Raises:
            LayoutError: where the sizes contradict the Layout or do not decide a symbol, or are none.

        >>> print(Layout.parse("batch seq feature=4").bind((6, 9, 4)))
        batch=6 seq=9 feature=4
        """
        values: dict[str, Size] = {name: _size(size, f"bind({name}=...): ") for name, size in symbols.items()}
        if sizes is None:
            return self._substituted(values)
        if len(sizes) != self.ndim:
            raise LayoutError(f"{self} has {self.ndim} dims, the sizes {tuple(sizes)} are {len(sizes)}")
        numbers = [size if (number := whole_number(size)) is None else number for size in sizes]
        return self._substituted(solve(self.dims, numbers, values))

    def _substituted(self, values: dict[str, Size]) -> Layout:
        return Layout(held(substituted(self.dims, values)))

    def rename(self, **names: str) -> Layout:
        """Call axes by other names.

        >>> print(Layout.parse("batch=6 feature=4").rename(feature="classes"))
        batch=6 classes=4
        """
        return Layout(renamed(self.dims, names))

    # Order

    def permute(self, *dims: int | Sequence[int]) -> Layout:
        """Reorder the dimensions."""
        return Layout(ordering.permuted(self.dims, _ints(dims)))

    def transpose(self, dim0: int, dim1: int) -> Layout:
        """Swap two dimensions."""
        return Layout(ordering.transposed(self.dims, dim0, dim1))

    def movedim(self, source: int | Sequence[int], destination: int | Sequence[int]) -> Layout:
        """Move dimensions to new places; the others keep their order."""
        call = f"movedim({source}, {destination})"
        return Layout(ordering.moved(self.dims, _ints((source,)), _ints((destination,)), call))

    def t(self) -> Layout:
        """Swap the dimensions of a matrix."""
        if self.ndim > 2:
            raise LayoutError(f"t(): {self} has {self.ndim} dims; use transpose(0, 1)")
        return self.permute(range(self.ndim)[::-1])

    @property
    def T(self) -> Layout:  # noqa: N802 - torch's name
        """All dimensions in reverse order."""
        return self.permute(range(self.ndim)[::-1])

    @property
    def mT(self) -> Layout:  # noqa: N802 - torch's name
        """The last two dimensions swapped."""
        return self.transpose(-2, -1)

    # Grouping

    def reshape(self, *sizes: int | str | Size | Sequence[int | str | Size], allow_mixing: bool = False) -> Layout:
        """Read the same elements, in row-major order, as other sizes.

        Args:
            sizes: ints, symbols or products such as ``"2*H"``; one may be -1.
            allow_mixing: answer even where samples end up interleaved, as torch does. Other axes may always be mixed; the
                Layout then shows them in braces.

        Raises:
            LayoutError: where the sizes do not fit, or where they interleave samples; the message has what to write instead.

        >>> h_n = Layout.parse("(layers=2 directions=2) batch=6 hidden=16")
        >>> h_n.reshape(6, -1)
        Traceback (most recent call last):
        ...
        rnnshape.errors.LayoutError: reshape(6, -1) interleaves samples: no dim of the result is batch
          from     (layers=2 directions=2) batch=6 hidden=16  (4, 6, 16)
          to       mixed=6 (mixed=4 hidden=16)                (6, 64)
                   mixed is layers=2 x directions=2 x batch=6, cut where they do not divide
                   row 0 holds samples 0 to 3
          instead  transpose(0, 1).flatten(1)
                   batch=6 (layers=2 directions=2 hidden=16)
        """
        wanted = _sizes(sizes)
        dims = regrouping.reshaped(self.dims, wanted)
        if not allow_mixing:
            refuse_mixing(self.dims, dims, f"reshape({_listed(wanted)})")
        return Layout(dims)

    def view(self, *sizes: int | str | Size | Sequence[int | str | Size], allow_mixing: bool = False) -> Layout:
        """Do what `reshape` does; a Layout has no strides in memory, so it never asks for ``contiguous()``."""
        return self.reshape(*sizes, allow_mixing=allow_mixing)

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Layout:
        """Make one dimension of those from ``start_dim`` to ``end_dim``."""
        return Layout(regrouping.flattened(self.dims, start_dim, end_dim))

    def unflatten(self, dim: int, sizes: Sequence[int | str | Size], *, allow_mixing: bool = False) -> Layout:
        """Read one dimension as several.

        Args:
            dim: the dimension.
            sizes: what it is read as; one may be -1.
            allow_mixing: answer even where the sizes are those of the dimension's axes in another order, as torch does.

        Raises:
            LayoutError: where the sizes do not fit, contradict the order of the axes, or interleave samples.

        >>> h_n = Layout.parse("(layers=3 directions=2) batch=6 hidden=16")
        >>> h_n.unflatten(0, (2, 3))
        Traceback (most recent call last):
        ...
        rnnshape.errors.LayoutError: unflatten(0, (2, 3)) cuts across axes: dim 0 is (layers=3 directions=2), in this order
          from     (layers=3 directions=2) batch=6 hidden=16  (6, 6, 16)
          to       mixed=2 mixed=3 batch=6 hidden=16          (2, 3, 6, 16)
                   mixed is layers=3 x directions=2, cut where they do not divide
          instead  unflatten(0, (3, 2))
                   layers=3 directions=2 batch=6 hidden=16
        """
        dims = regrouping.unflattened(self.dims, dim, _sizes(sizes))
        if not allow_mixing:
            refuse_mixing(self.dims, dims, f"unflatten({dim}, ({_listed(sizes)}))", all_axes=True)
        return Layout(dims)

    def merge_axes(self, *names: str) -> Layout:
        """Make one dimension of neighbouring ones, given by their axis words.

        >>> print(Layout.parse("layers=2 directions=2 batch=6").merge_axes("layers", "directions"))
        (layers=2 directions=2) batch=6
        """
        return Layout(regrouping.merged(self.dims, names))

    def split_axes(self, *names: str) -> Layout:
        """Make a dimension of each factor of the dimensions that hold these axes; of all, if none is named.

        >>> print(Layout.parse("(layers=2 directions=2) batch=6").split_axes("directions"))
        layers=2 directions=2 batch=6
        """
        return Layout(regrouping.split_up(self.dims, names))

    def squeeze(self, dim: int | Sequence[int] | None = None) -> Layout:
        """Drop dimensions of size 1: those that are named, or all."""
        return Layout(regrouping.squeezed(self.dims, None if dim is None else _ints((dim,))))

    def unsqueeze(self, dim: int) -> Layout:
        """Insert a dimension of size 1, which means nothing yet."""
        return Layout(regrouping.unsqueezed(self.dims, dim))

    def expand(self, *sizes: int | str | Size | Sequence[int | str | Size]) -> Layout:
        """Repeat dimensions of size 1 without copying; -1 keeps a size."""
        return Layout(held(regrouping.expanded(self.dims, _sizes(sizes))))

    # Parts

    def __getitem__(self, index: Index | tuple[Index, ...]) -> Layout:
        """Index with ints, slices, None and Ellipsis, as a tensor.

        Raises:
            LayoutIndexError: where an int is out of range or there are too many.
            LayoutError: for any other kind of index, which depends on values.
        """
        return Layout(picking.indexed(self.dims, index))

    def __iter__(self) -> Iterator[Layout]:
        return iter(self.unbind())

    def select(self, dim: int, index: int) -> Layout:
        """Take one element along a dimension, which goes."""
        return Layout(picking.selected(self.dims, dim, index))

    def narrow(self, dim: int, start: int, length: int) -> Layout:
        """Take ``length`` elements along a dimension, which stays."""
        return Layout(picking.narrowed(self.dims, dim, start, length))

    def split(self, split_size: int | Sequence[int], dim: int = 0) -> tuple[Layout, ...]:
        """Cut a dimension into parts of a size (the last may be smaller) or of given sizes."""
        at, lengths = position(self.dims, dim), picking.part_lengths(self.dims, split_size, dim)
        return tuple(self.narrow(at, start, n) for start, n in zip(accumulate(lengths, initial=0), lengths, strict=False))

    def chunk(self, chunks: int, dim: int = 0) -> tuple[Layout, ...]:
        """Cut a dimension into at most ``chunks`` parts of equal size."""
        size = picking.chunk_size(self.dims, chunks, dim)
        return self.split(size, dim) if size else (self,) * chunks

    def unbind(self, dim: int = 0) -> tuple[Layout, ...]:
        """Take every element along a dimension, which goes."""
        size = number(self.dims, position(self.dims, dim), "unbind")
        return tuple(self.select(dim, i) for i in range(size))

    # Several Layouts

    @staticmethod
    def cat(layouts: Sequence[Layout], dim: int = 0) -> Layout:
        """Join Layouts along a dimension.

        Neighbouring slices of an axis fuse. Equal parts become a product of which part (unknown until it is named) and what
        they share. Another dimension in which the Layouts differ becomes unknown.

        >>> h = Layout.parse("batch=6 hidden=16")
        >>> print(Layout.cat([h, h], 1))
        batch=6 (?=2 hidden=16)
        """
        return Layout(concatenated([part.dims for part in layouts], dim))

    @staticmethod
    def stack(layouts: Sequence[Layout], dim: int = 0, name: str | None = None) -> Layout:
        """Join Layouts along a new dimension, unknown unless it is given a name.

        >>> h = Layout.parse("batch=6 hidden=16")
        >>> print(Layout.stack([h, h], 1, name="directions"))
        batch=6 directions=2 hidden=16
        """
        return Layout(stacked([part.dims for part in layouts], dim, name))

    def align(self, other: Layout) -> Layout:
        """Return the Layout of an elementwise operation between two, broadcast as torch does.

        Raises:
            LayoutError: where sizes do not broadcast, or where an axis would meet another axis.

        >>> print(Layout.parse("batch=6 1").align(Layout.parse("hidden=16")))
        batch=6 hidden=16
        """
        return Layout(aligned(self.dims, other.dims))


def _listed(items: object) -> str:
    return ", ".join(map(str, cast("Sequence[object]", items)))


def _ints(given: Sequence[int | Sequence[int]]) -> list[int]:
    if len(given) == 1 and not isinstance(given[0], int):
        return list(given[0])
    return [cast("int", g) for g in given]


def _sizes(given: Sequence[int | str | Size | Sequence[int | str | Size]]) -> list[Size]:
    items = given[0] if len(given) == 1 and isinstance(given[0], (tuple, list, range)) else given
    wanted = [-1 if whole_number(item) == -1 else _size(item) for item in cast("Sequence[int | str | Size]", items)]
    held(((*(whole(UNKNOWN, size) for size in wanted if size != -1),),))
    return wanted


def _size(given: int | str | Size, where: str = "") -> Size:
    try:
        return parse_size(given)
    except ValueError as error:
        raise LayoutError(f"{where}{error}") from None
