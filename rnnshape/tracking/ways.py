"""`Way`: what is to be done with the calls of a function of torch's. It is found out once for each function."""

from __future__ import annotations

from collections.abc import Mapping
from types import GetSetDescriptorType, MethodDescriptorType, MethodWrapperType

from rnnshape.operations.getters import SILENT
from rnnshape.operations.names import IDENTITIES
from rnnshape.operations.pointwise import is_pointwise, pointwise
from rnnshape.operations.registry import ALWAYS, IN_A_LOOP, READS_TENSORS, REPEATABLE, Func, Handler, name_of
from rnnshape.tracking.cuts import CUTS
from rnnshape.tracking.marks import writes
from rnnshape.tracking.views import JOINS

__all__ = ["OF_TORCH", "Way", "Ways"]

OF_TORCH = frozenset([MethodDescriptorType, MethodWrapperType])
"""The types of methods in C, and of the getters of properties."""

MOST = 1 << 10
"""Functions of which the ways are kept."""


class Way:
    """What is to be done with the calls of a function.

    Attributes:
        name: under which operations are registered.
        handler: follows a call, None where there is none.
        is_silent: whether calls say something about a tensor and make none.
        is_getter: whether they do so in C, each time they are made.
        is_always: whether a call is looked at even where nothing is known of its arguments.
        is_looked_at: whether it does something beside what its handler says.
        copies: whether it does no more beside than to leave every element as it is.
        squeezes: whether it takes dims of size one away.
        joins: whether it puts tensors together.
        cuts: whether it cuts rows, or flattens.
        repeats: whether the handler does the same where it is called with the same.
        reads_tensors: whether it looks into tensors beside the first.
        loops: whether it is repeated only where the very same marks come again.
    """

    __slots__ = ("copies", "cuts", "handler", "is_always", "is_getter", "is_looked_at", "is_silent", "joins", "loops", "name",
                 "reads_tensors", "repeats", "squeezes")  # fmt: skip

    def __init__(self, func: Func, handlers: Mapping[str, Handler]) -> None:
        self.name = name = name_of(func)
        self.handler = handlers.get(name) or (pointwise if is_pointwise(name) else None)
        self.is_silent = name in SILENT
        # No more than torch has: properties in Python may be a user's.
        of_property = type(getattr(func, "__self__", None)) is GetSetDescriptorType
        self.is_getter = self.is_silent and (type(func) is MethodDescriptorType or of_property)
        self.squeezes = name == "squeeze"
        self.is_looked_at = writes(name) or name in IDENTITIES or self.squeezes
        self.copies = name in IDENTITIES and not writes(name) and name != "data.get"
        self.is_always = name in ALWAYS or self.is_looked_at
        self.joins = name in JOINS
        self.cuts = name in CUTS
        self.repeats = self.handler in REPEATABLE
        self.reads_tensors = self.handler in READS_TENSORS
        self.loops = self.handler in IN_A_LOOP


class Ways:
    """The ways of functions. They are kept alive until they are forgotten.

    Args:
        handlers: of operations, by their names.
    """

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self._known: dict[Func, Way] = {}

    def of(self, func: Func) -> Way:
        """Return what is to be done with a call of a function."""
        try:
            known = self._known.get(func)
        except TypeError:  # a callable of somebody's own that has no hash
            return Way(func, self._handlers)
        if known is None:
            if len(self._known) >= MOST:
                self.forget()
            known = self._known[func] = Way(func, self._handlers)
        return known

    def forget(self) -> None:
        """Keep nothing alive."""
        self._known.clear()
