"""What `rnnshape.calculator.calc.predict` is given, read and refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import SupportsIndex, cast

from rnnshape.calculator.costs import ITEM_SIZE
from rnnshape.calculator.spec import RNNSpec
from rnnshape.errors import SpecError, SpecTypeError
from rnnshape.layout.sizes import Size, parse_size, shown, whole_number

__all__ = ["MOST_STEPS", "dtype_of", "lengths_of", "size_of", "spec_of"]

MOST_STEPS = 2**22
"""Steps of a PackedSequence: for each of them it is told how many samples still run."""


def spec_of(what: object, args: tuple[object, ...], config: dict[str, object]) -> RNNSpec:
    """Read what a layer is given as: a name with torch's arguments, an `RNNSpec`, or a live module.

    >>> spec_of("GRU", (4, 8), {"bias": False})
    GRU(4, 8, bias=False)
    """
    if isinstance(what, str):
        return RNNSpec.of(what, *args, **config)
    spec = what if isinstance(what, RNNSpec) else RNNSpec.from_module(what)
    if config or args:
        extra = f"{next(iter(config))}=" if config else repr(args[0])
        raise SpecTypeError(f"{extra} is for a layer given by its name, as in predict('LSTM', 10, 16); this one is complete")
    return spec


def size_of(name: str, value: object) -> Size:
    """Read a size or a symbol.

    >>> size_of("batch", 6), str(size_of("seq", "2*T"))
    (6, '2*T')
    """
    try:
        return parse_size(value)
    except ValueError as error:
        kind = SpecError if isinstance(value, (int, str)) or whole_number(value) is not None else SpecTypeError
        raise kind(f"{name}={shown(value)}: {error}") from None


def lengths_of(spec: RNNSpec, lengths: Iterable[SupportsIndex]) -> tuple[int, ...]:
    """Read the real steps of each sample.

    >>> lengths_of(RNNSpec("GRU", 4, 8), iter([5, 2]))
    (5, 2)
    """
    if spec.cell:
        raise SpecTypeError(f"lengths={lengths!r}: a cell takes one step and no PackedSequence; use {spec.kind[:-4]}")
    try:
        found = tuple(map(whole_number, lengths))
    except TypeError:  # it is none that can be iterated over
        found = (None,)
    if None in found:
        raise SpecTypeError(f"lengths={shown(lengths)}: ints are needed, one for each sample, as in lengths=[9, 7, 3]")
    known = cast("tuple[int, ...]", found)
    if not known or min(known) < 1:
        raise SpecError(f"lengths={shown(lengths)}: one number for each sample is needed, 1 or more, as torch demands")
    if max(known) > MOST_STEPS:
        raise SpecError(
            f"lengths={shown(lengths)}: {MOST_STEPS} steps or less are needed, as each of them has its own batch size"
        )
    return known


def dtype_of(dtype: object) -> str:
    """Read a dtype, under torch's name.

    >>> dtype_of("torch.float16")
    'float16'
    """
    name = str(dtype).removeprefix("torch.")
    if name not in ITEM_SIZE:
        raise SpecError(f"dtype={name!r}: recurrent layers compute in one of {', '.join(ITEM_SIZE)}")
    return name
