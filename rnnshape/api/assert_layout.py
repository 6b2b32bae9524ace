"""`assert_layout`: the sizes of a tensor or an array, and while a tracker is on what its axes are, stated in the code."""

from __future__ import annotations

import contextlib
import functools
import os
import sys
from collections.abc import Generator, Iterator, Mapping
from contextvars import ContextVar
from typing import Any, TypeVar

from rnnshape import text
from rnnshape.contracts.agreement import Agreement, Bound
from rnnshape.errors import LayoutAssertionError, SpecError, SpecTypeError
from rnnshape.layout.axes import role_of
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Monomial, shown, whole_number

__all__ = ["assert_layout", "layouts"]

T = TypeVar("T")

_torch: Any = sys.modules.get("torch")
"""Torch, where it was there first: torch.compile follows a name of a module, and takes its graph apart at ``sys.modules``."""

_block: ContextVar[Agreement | None] = ContextVar("rnnshape.layouts", default=None)


def assert_layout(x: T, layout: str | Layout, /, **sizes: int) -> T:
    """Assert what the axes of a tensor or an array are, and return it.

    Sizes are compared, and within a `layouts` block a name has one size. While every axis is followed, under `diagnose` or
    ``watch(track=...)``, an axis that is known to lie along another dim is an error too, though every size agrees.

    Args:
        x: a torch tensor, a numpy array, or anything else that has a ``shape``.
        layout: its Layout; a word without a size may have any, the same wherever it stands.
        sizes: of axes or symbols of the Layout, in elements.

    Returns:
        ``x`` itself.

    Raises:
        LayoutAssertionError: where it is something else; an ``AssertionError``.
        LayoutSyntaxError: for a Layout that cannot be read.
        SpecError: for a name in ``sizes`` that the Layout has not.

    >>> import numpy as np
    >>> x = assert_layout(np.zeros((6, 9, 4)), "batch seq feature=4", batch=6)
    >>> assert_layout(x, "batch feature=4 seq")
    Traceback (most recent call last):
    ...
    rnnshape.errors.LayoutAssertionError: x axis 'feature' is 9, expected 4; x.swapaxes(1, 2) fits
      expected  (batch=6, feature=4, seq=4)
      got       (      6,         9,     4)
                                  ^
    """
    torch = _torch or sys.modules.get("torch")
    if torch is not None and (torch.compiler.is_compiling() or isinstance(x, torch.fx.Proxy)):
        return x
    if torch is not None:
        _leave_to_python()
    got = getattr(x, "shape", None)
    if got is None:
        raise SpecTypeError(f"assert_layout takes a tensor or an array; got {text.a(type(x).__name__)}")
    got = tuple(got)
    if not all(isinstance(size, int) for size in got):
        return x  # a tracer's, which stands for any
    claimed = Layout.parse(layout)
    block = _block.get()
    agreement = Agreement("", {**(block.bound if block else {}), **_stated(claimed, sizes, block)})
    caller = sys._getframe(1)  # pyright: ignore[reportPrivateUsage]
    source = f"{text.sizes(got)} at {os.path.basename(caller.f_code.co_filename)}:{caller.f_lineno}"
    mismatch = agreement.hold(claimed, got, "x", source)
    if mismatch is not None:
        turn = agreement.exchange(claimed, got)
        hint = "swapaxes" if torch is None or not isinstance(x, torch.Tensor) else "transpose"
        fits = f"; x.{hint}({turn[0]}, {turn[1]}) fits" if turn else ""
        raise LayoutAssertionError(f"{mismatch.message}{fits}\n{mismatch.comparison}")
    if torch is not None and isinstance(x, torch.Tensor):
        _assert_meaning(torch, x, claimed)
    if block is not None:
        block.bound = agreement.bound
    return x


@contextlib.contextmanager
def layouts(**sizes: int) -> Generator[Mapping[str, int], None, None]:
    """Let every `assert_layout` within the block give a name one size.

    A block within another begins with what that one knows. Each thread, and each task of asyncio, has its own.

    Args:
        sizes: names that have a size from the start, in elements.

    Yields:
        The sizes that are known by now, by name.

    >>> import numpy as np
    >>> with layouts() as known:
    ...     x = assert_layout(np.zeros((6, 9, 4)), "batch seq feature")
    ...     y = assert_layout(np.zeros((6, 3)), "batch classes")
    >>> dict(known)
    {'batch': 6, 'seq': 9, 'feature': 4, 'classes': 3}
    """
    outer = _block.get()
    stated = {role_of(name): Bound(_size(name, size), f"layouts({name}={size})") for name, size in sizes.items()}
    agreement = Agreement("", {**(outer.bound if outer else {}), **stated})
    token = _block.set(agreement)
    try:
        yield _Sizes(agreement)
    finally:
        try:
            _block.reset(token)
        except ValueError:  # a generator that was entered in one context and left in another
            _block.set(outer)


class _Sizes(Mapping[str, int]):
    """The sizes that a block knows, as they grow."""

    def __init__(self, agreement: Agreement) -> None:
        self._agreement = agreement

    def __getitem__(self, name: str) -> int:
        return self._agreement.bound[role_of(name)].size

    def __iter__(self) -> Iterator[str]:
        return iter(self._agreement.bound)

    def __len__(self) -> int:
        return len(self._agreement.bound)


@functools.cache
def _leave_to_python() -> None:
    """Have torch.compile run an assertion as it stands, where it leaves the user's own function to Python."""
    from rnnshape._torch import uncompiled

    uncompiled(assert_layout, and_below=True)


if _torch is not None:  # else at the first call
    _leave_to_python()


def _stated(layout: Layout, sizes: Mapping[str, int], block: Agreement | None) -> dict[str, Bound]:
    """Return the sizes that are stated beside a Layout, by symbol."""
    symbols = {s for size in layout.sizes if isinstance(size, Monomial) for s in size.symbols}
    known = {*symbols, *(role_of(s) for s in symbols)}
    found: dict[str, Bound] = {}
    for name, size in sizes.items():
        symbol = role_of(name) if role_of(name) in known else name
        if symbol not in known:
            raise SpecError(f"assert_layout: no axis of {str(layout)!r} has the size {name!r}{text.nearest(name, known)}")
        before = block.bound.get(symbol) if block else None
        if before is not None and before.size != size:
            raise LayoutAssertionError(f"{name}={size} is stated, and {symbol} is {before.size} from {before.source}")
        found[symbol] = Bound(_size(name, size), f"{name}={size}, which is stated here")
    return found


def _size(name: str, size: object) -> int:
    number = whole_number(size)
    if number is None or number < 0:
        raise SpecError(f"{name}={shown(size)}: a size is a number of elements")
    return number


def _assert_meaning(torch: Any, x: Any, layout: Layout) -> None:
    """Hold a Layout against what is known of a tensor while its axes are followed."""
    if not torch._C._len_torch_function_stack():
        return
    from rnnshape.session import trackers
    from rnnshape.tracking.claims import contradicted

    found = contradicted(layout, x, trackers())
    if found is not None:
        fits = f"; x.transpose({found.found_at}, {found.claimed_at}) fits" if found.turn else ""
        raise LayoutAssertionError(f"{found.fact}{fits}\n{found.comparison('said')}")
