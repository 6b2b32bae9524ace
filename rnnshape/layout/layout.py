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
from types import EllipsisType
from typing import cast

from rnnshape.errors import LayoutError, LayoutIndexError
from rnnshape.layout import dialects, factoring, notation
from rnnshape.layout.axes import COPIES, UNKNOWN, Axis, Block, Dim, Factor, axes_of, role_of, whole
from rnnshape.layout.binding import solve, substituted
from rnnshape.layout.interleaving import explain_interleaving, explain_misreading, interleaves, misread
from rnnshape.layout.joining import aligned, concatenated, stacked, words
from rnnshape.layout.sizes import Monomial, Size, divide, parse_size, product

__all__ = ["Layout"]

Index = int | slice | EllipsisType | None


@dataclass(frozen=True, slots=True)
class Layout:
    """The dimensions of a tensor, each a row-major product of named factors.

    The methods are torch's own and keep its argument conventions (negative dims, ``-1`` in a reshape, one tuple or several
    ints). They answer with another Layout, so a REPL session can go on from a prediction.

    Attributes:
        dims: one tuple of factors for each dimension, slowest first.

    >>> x = Layout.parse("batch=6 seq=9 feature=10")
    >>> print(x.transpose(0, 1).reshape(9 * 6, 10))
    (seq=9 batch=6) feature=10
    >>> print(x[:, -1])
    batch=6 feature=10
    """

    dims: tuple[Dim, ...]

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
        return text if isinstance(text, Layout) else Layout(notation.parse(text))

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
        return Layout(tuple(built))

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
        return tuple([d[0].size if len(d) == 1 else product([f.size for f in d]) for d in self.dims])

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
        return tuple(notation.render((dim,)) for dim in self.dims)

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
        return any(isinstance(f.axis, Block) for f in self.dims[self._at(dim)])

    def __str__(self) -> str:
        return notation.render(self.dims)

    def __repr__(self) -> str:
        return f"Layout({str(self)!r}, sizes=({', '.join(map(str, self.sizes))}{',' if self.ndim == 1 else ''}))"

    # Sizes and names

    def bind(self, sizes: Sequence[int] | None = None, /, **symbols: int) -> Layout:
        """Give symbols their numbers: by name, or from the sizes of a real tensor.

        Raises:
            LayoutError: where the sizes contradict the Layout or do not decide a symbol.

        >>> print(Layout.parse("batch seq feature=4").bind((6, 9, 4)))
        batch=6 seq=9 feature=4
        """
        values: dict[str, Size] = dict(symbols)
        if sizes is None:
            return self._substituted(values)
        if len(sizes) != self.ndim:
            raise LayoutError(f"{self} has {self.ndim} dims, the sizes {tuple(sizes)} are {len(sizes)}")
        return self._substituted(solve(self.dims, sizes, values))

    def _substituted(self, values: dict[str, Size]) -> Layout:
        return Layout(substituted(self.dims, values))

    def rename(self, **names: str) -> Layout:
        """Call axes by other names.

        >>> print(Layout.parse("batch=6 feature=4").rename(feature="classes"))
        batch=6 classes=4
        """
        missing = [n for n in names if n not in {a.name for a in self.axes}]
        if missing:
            raise LayoutError(f"rename: there is no axis {missing[0]!r} in {self}")

        def factor(f: Factor) -> Factor:
            if isinstance(f.axis, Block):
                return f._replace(axis=Block(tuple(map(factor, f.axis.parts))))
            return f._replace(axis=f.axis._replace(name=names.get(f.axis.name, f.axis.name)))

        return Layout(tuple(tuple(map(factor, d)) for d in self.dims))

    # Order

    def permute(self, *dims: int | Sequence[int]) -> Layout:
        """Reorder the dimensions."""
        order = [self._at(d) for d in _ints(dims)]
        if sorted(order) != list(range(self.ndim)):
            raise LayoutError(f"permute{tuple(_ints(dims))}: name each of the {self.ndim} dims of {self} once")
        return Layout(tuple(self.dims[d] for d in order))

    def transpose(self, dim0: int, dim1: int) -> Layout:
        """Swap two dimensions."""
        order = list(range(self.ndim))
        a, b = self._at(dim0), self._at(dim1)
        order[a], order[b] = b, a
        return self.permute(order)

    def movedim(self, source: int | Sequence[int], destination: int | Sequence[int]) -> Layout:
        """Move dimensions to new places; the others keep their order."""
        sources, destinations = ([self._at(d) for d in _ints((given,))] for given in (source, destination))
        if not len(sources) == len(destinations) == len(set(sources)) == len(set(destinations)):
            raise LayoutError(f"movedim({source}, {destination}): name as many dims of {self} on both sides, each once")
        moved = dict(zip(destinations, sources, strict=True))
        others = iter(d for d in range(self.ndim) if d not in moved.values())
        return self.permute([moved[d] if d in moved else next(others) for d in range(self.ndim)])

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
          from     (layers=2 directions=2) batch=6 hidden=16                                                (4, 6, 16)
          to       {layers=2 directions=2 batch=6}//4=6 ({layers=2 directions=2 batch=6}%4/24=4 hidden=16)  (6, 64)
                   row 0 holds samples 0 to 3
          instead  transpose(0, 1).reshape(6, 64)
                   batch=6 (layers=2 directions=2 hidden=16)
        """
        wanted = self._inferred(_sizes(sizes))
        dims = factoring.regroup(tuple(f for d in self.dims for f in d), wanted)
        if not allow_mixing:
            self._refuse_mixing(dims, f"reshape({_listed(_sizes(sizes))})")
        return Layout(dims)

    def view(self, *sizes: int | str | Size | Sequence[int | str | Size], allow_mixing: bool = False) -> Layout:
        """Do what `reshape` does; a Layout has no strides in memory, so it never asks for ``contiguous()``."""
        return self.reshape(*sizes, allow_mixing=allow_mixing)

    def flatten(self, start_dim: int = 0, end_dim: int = -1) -> Layout:
        """Make one dimension of those from ``start_dim`` to ``end_dim``."""
        if not self.ndim:
            return Layout(((),))
        start, end = self._at(start_dim), self._at(end_dim)
        if start > end:
            raise LayoutError(f"flatten({start_dim}, {end_dim}): the first dim comes after the last")
        joined = factoring.fuse([f for d in self.dims[start : end + 1] for f in d])
        return Layout((*self.dims[:start], joined, *self.dims[end + 1 :]))

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
          from     (layers=3 directions=2) batch=6 hidden=16                                            (6, 6, 16)
          to       {layers=3 directions=2}//3=2 {layers=3 directions=2}%3/6=3 batch=6 hidden=16  (2, 3, 6, 16)
          instead  unflatten(0, (3, 2))
                   layers=3 directions=2 batch=6 hidden=16
        """
        at = self._at(dim)
        if not sizes:
            raise LayoutError(f"unflatten({dim}, {sizes}): give one size or more")
        inner = Layout((self.dims[at],)).reshape(*sizes, allow_mixing=True)
        dims = (*self.dims[:at], *inner.dims, *self.dims[at + 1 :])
        if not allow_mixing:
            self._refuse_mixing(dims, f"unflatten({dim}, ({_listed(sizes)}))", all_axes=True)
        return Layout(dims)

    def _refuse_mixing(self, dims: tuple[Dim, ...], call: str, all_axes: bool = False) -> None:
        if (at := misread(self.dims, dims, all_axes)) is not None:
            raise LayoutError(explain_misreading(self.dims, dims, at, call))
        if interleaves(self.dims, dims):
            raise LayoutError(explain_interleaving(self.dims, dims, call))

    def merge_axes(self, *names: str) -> Layout:
        """Make one dimension of neighbouring ones, given by their axis words.

        >>> print(Layout.parse("layers=2 directions=2 batch=6").merge_axes("layers", "directions"))
        (layers=2 directions=2) batch=6
        """
        positions = [self._named(n) for n in names]
        if not positions or positions != list(range(positions[0], positions[0] + len(positions))):
            advice = "permute them to stand side by side in that order first"
            if len(set(positions)) < max(len(positions), 1):
                advice = "name axes of different dims"
            raise LayoutError(f"merge_axes({', '.join(map(repr, names))}): these are dims {positions} of {self}; {advice}")
        return self.flatten(positions[0], positions[-1])

    def split_axes(self, *names: str) -> Layout:
        """Make a dimension of each factor of the dimensions that hold these axes; of all, if none is named.

        >>> print(Layout.parse("(layers=2 directions=2) batch=6").split_axes("directions"))
        layers=2 directions=2 batch=6
        """
        chosen = {self._named(n) for n in names} if names else set(range(self.ndim))
        dims: list[Dim] = []
        for at, dim in enumerate(self.dims):
            dims.extend([(f,) for f in dim] if at in chosen and dim else [dim])
        return Layout(tuple(dims))

    def squeeze(self, dim: int | Sequence[int] | None = None) -> Layout:
        """Drop dimensions of size 1: those that are named, or all."""
        named = range(self.ndim) if dim is None else [self._at(d) for d in _ints((dim,))]
        return Layout(tuple(d for at, d in enumerate(self.dims) if at not in named or self.sizes[at] != 1))

    def unsqueeze(self, dim: int) -> Layout:
        """Insert a dimension of size 1, which means nothing yet."""
        at = dim + self.ndim + 1 if dim < 0 else dim
        if not 0 <= at <= self.ndim:
            raise LayoutIndexError(f"unsqueeze({dim}): {self} has {self.ndim} dims")
        return Layout((*self.dims[:at], (), *self.dims[at:]))

    def expand(self, *sizes: int | str | Size | Sequence[int | str | Size]) -> Layout:
        """Repeat dimensions of size 1 without copying; -1 keeps a size."""
        wanted = _sizes(sizes)
        added = len(wanted) - self.ndim
        if added < 0:
            raise LayoutError(f"expand({_listed(wanted)}): {self} has {self.ndim} dims already")
        dims: list[Dim] = []
        for size, dim in zip(wanted, [*[()] * added, *self.dims], strict=True):
            old = product(f.size for f in dim)
            if size == old or (size == -1 and len(dims) >= added):
                dims.append(dim)
            elif old == 1 and size != -1:
                dims.append((whole(COPIES, size),))
            else:
                at = len(dims)
                raise LayoutError(f"expand({_listed(wanted)}): dim {at} of the result is {old} in {self}; only 1 expands")
        return Layout(tuple(dims))

    # Parts

    def __getitem__(self, index: Index | tuple[Index, ...]) -> Layout:
        """Index with ints, slices, None and Ellipsis, as a tensor.

        Raises:
            LayoutIndexError: where an int is out of range or there are too many.
            LayoutError: for any other kind of index, which depends on values.
        """
        items = list(index) if isinstance(index, tuple) else [index]
        consumed = sum(i is not None and i is not Ellipsis for i in items)
        gaps = sum(i is Ellipsis for i in items)
        if consumed > self.ndim:
            raise LayoutIndexError(f"{consumed} indices for the {self.ndim} dims of {self}")
        if gaps > 1:
            raise LayoutIndexError(f"{gaps} times ... in one index; it can stand for dims only once")
        if not gaps:
            items.append(Ellipsis)
        dims: list[Dim] = []
        at = 0
        for item in items:
            if item is None:
                dims.append(())
            elif item is Ellipsis:
                kept = self.ndim - consumed
                dims.extend(self.dims[at : at + kept])
                at += kept
            elif isinstance(item, slice):
                dims.append(self._sliced(at, item))
                at += 1
            elif isinstance(cast("object", item), int) and not isinstance(cast("object", item), bool):
                self._element(at, cast("int", item))
                at += 1
            else:
                raise LayoutError(
                    f"a Layout is indexed with ints, slices, None and ..., got {type(item).__name__}: "
                    "what other indices pick depends on values"
                )
        return Layout(tuple(dims))

    def __iter__(self) -> Iterator[Layout]:
        return iter(self.unbind())

    def select(self, dim: int, index: int) -> Layout:
        """Take one element along a dimension, which goes."""
        at = self._at(dim)
        self._element(at, index)
        return Layout((*self.dims[:at], *self.dims[at + 1 :]))

    def narrow(self, dim: int, start: int, length: int) -> Layout:
        """Take ``length`` elements along a dimension, which stays."""
        at = self._at(dim)
        size = self._number(at, "narrow")
        begin = start + size if start < 0 else start
        if not 0 <= begin <= begin + length <= size:
            raise LayoutIndexError(f"narrow({dim}, {start}, {length}): dim {at} of {self} has {size} elements")
        return self[(slice(None),) * at + (slice(begin, begin + length),)]

    def split(self, split_size: int | Sequence[int], dim: int = 0) -> tuple[Layout, ...]:
        """Cut a dimension into parts of a size (the last may be smaller) or of given sizes."""
        at = self._at(dim)
        size = self._number(at, "split")
        if isinstance(split_size, int):
            if split_size <= 0:
                raise LayoutError(f"split({split_size}): the size of a part is 1 or more")
            lengths = [min(split_size, size - s) for s in range(0, max(size, 1), split_size)]
        else:
            lengths = list(split_size)
            if sum(lengths) != size:
                raise LayoutError(f"split({lengths}): the parts have {sum(lengths)} elements, dim {at} of {self} has {size}")
        starts = [sum(lengths[:i]) for i in range(len(lengths))]
        return tuple(self.narrow(at, s, n) for s, n in zip(starts, lengths, strict=True))

    def chunk(self, chunks: int, dim: int = 0) -> tuple[Layout, ...]:
        """Cut a dimension into at most ``chunks`` parts of equal size."""
        if chunks <= 0:
            raise LayoutError(f"chunk({chunks}): the number of parts is 1 or more")
        size = self._number(self._at(dim), "chunk")
        return (self,) * chunks if size == 0 else self.split(-(-size // chunks), dim)

    def unbind(self, dim: int = 0) -> tuple[Layout, ...]:
        """Take every element along a dimension, which goes."""
        return tuple(self.select(dim, i) for i in range(self._number(self._at(dim), "unbind")))

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
        _same_rank(layouts, "cat")
        return Layout(concatenated([part.dims for part in layouts], layouts[0]._at(dim)))

    @staticmethod
    def stack(layouts: Sequence[Layout], dim: int = 0, name: str | None = None) -> Layout:
        """Join Layouts along a new dimension, unknown unless it is given a name.

        >>> h = Layout.parse("batch=6 hidden=16")
        >>> print(Layout.stack([h, h], 1, name="directions"))
        batch=6 directions=2 hidden=16
        """
        first = _same_rank(layouts, "stack")
        at = dim + first.ndim + 1 if dim < 0 else dim
        if not 0 <= at <= first.ndim:
            raise LayoutIndexError(f"stack(dim={dim}): the parts have {first.ndim} dims")
        return Layout(stacked([part.dims for part in layouts], at, name))

    def align(self, other: Layout) -> Layout:
        """Return the Layout of an elementwise operation between two, broadcast as torch does.

        Raises:
            LayoutError: where sizes do not broadcast, or where an axis would meet another axis.

        >>> print(Layout.parse("batch=6 1").align(Layout.parse("hidden=16")))
        batch=6 hidden=16
        """
        return Layout(aligned(self.dims, other.dims))

    # What the methods share

    def _at(self, dim: int) -> int:
        if not -self.ndim <= dim < self.ndim:
            raise LayoutIndexError(f"dim {dim} is out of range: {str(self) or 'a scalar'} has {self.ndim} dims")
        return dim % self.ndim

    def _named(self, name: str) -> int:
        word = name if any(a.name == name for a in self.axes) else role_of(name)
        found = [at for at, d in enumerate(self.dims) if word in {a.name for a in axes_of(d)}]
        if len(found) != 1:
            raise LayoutError(f"{name!r} stands in {len(found)} dims of {self}; one is needed")
        return found[0]

    def _number(self, at: int, doing: str) -> int:
        size = self.sizes[at]
        if isinstance(size, Monomial):
            raise LayoutError(f"{doing}: dim {at} of {self} has no number for its size; use bind({size.symbols[0]}=...) first")
        return size

    def _element(self, at: int, index: int) -> None:
        size = self.sizes[at]
        if isinstance(size, int) and not -size <= index < size:
            raise LayoutIndexError(f"index {index} is out of range for dim {at} ({words(self.dims[at])}) of {self}")

    def _sliced(self, at: int, part: slice) -> Dim:
        if (part.start in (None, 0)) and part.stop is None and part.step in (None, 1):
            return self.dims[at]
        if part.step is not None and part.step <= 0:
            raise LayoutError(f"a slice steps forward, as torch demands; got step {part.step}")
        taken = range(self._number(at, "slice"))[part]
        return factoring.take(self.dims[at], taken.start, taken.step, len(taken))

    def _inferred(self, sizes: Sequence[Size]) -> tuple[Size, ...]:
        """Replace a -1 and hold the sizes against the number of elements."""
        holes = sum(s == -1 for s in sizes)
        total = self.numel()
        known = product(s for s in sizes if s != -1)
        if holes > 1:
            raise LayoutError(f"reshape({_listed(sizes)}): only one size may be -1")
        filler = divide(total, known) if holes else None
        if (filler is None) if holes else (known != total):
            raise LayoutError(
                f"reshape({_listed(sizes)}): {self} has {total} elements, which "
                + (f"cannot be dealt out to {known}" if holes else f"are not {known}")
            )
        return tuple(filler if s == -1 and filler is not None else s for s in sizes)


def _same_rank(layouts: Sequence[Layout], doing: str) -> Layout:
    if not layouts:
        raise LayoutError(f"{doing}: no parts were given")
    if len({part.ndim for part in layouts}) > 1:
        raise LayoutError(f"{doing}: the parts have {_listed(part.ndim for part in layouts)} dims")
    return layouts[0]


def _listed(items: object) -> str:
    return ", ".join(map(str, cast("Sequence[object]", items)))


def _ints(given: Sequence[int | Sequence[int]]) -> list[int]:
    if len(given) == 1 and not isinstance(given[0], int):
        return list(given[0])
    return [cast("int", g) for g in given]


def _sizes(given: Sequence[int | str | Size | Sequence[int | str | Size]]) -> list[Size]:
    items = given[0] if len(given) == 1 and isinstance(given[0], (tuple, list, range)) else given
    return [-1 if item == -1 else _size(item) for item in cast("Sequence[int | str | Size]", items)]


def _size(given: int | str | Size) -> Size:
    try:
        return parse_size(given)
    except ValueError as error:
        raise LayoutError(str(error)) from None
