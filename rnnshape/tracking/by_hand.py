"""`ByHand`: modules of a script that may be recurrent models made by hand, of which no layer of torch's tells the batch."""

from __future__ import annotations

from collections.abc import Iterable

from torch import nn

from rnnshape import _torch
from rnnshape.layout.axes import Axis
from rnnshape.report.report import Concern, Report

__all__ = ["BY_HAND", "WALKS", "ByHand", "is_recurrent", "may_be_by_hand"]

BY_HAND = (
    "no recurrent layer or cell of torch's is in it, and nobody has named the batch: whether samples are mixed in it cannot be "
    'seen; pass axes=, such as "batch seq feature"'
)
"""Why nothing was judged in a module that may be a recurrent model made by hand."""


def is_recurrent(module: nn.Module) -> bool:
    """Tell whether a module has a recurrent layer or cell of torch's."""
    return any(isinstance(part, _torch.RECURRENT) for part in module.modules())


def may_be_by_hand(module: nn.Module) -> bool:
    """Tell whether a module is of a class of the user's and learns, so that it may be a recurrent model made by hand."""
    return not type(module).__module__.startswith("torch.") and any(True for _ in module.parameters())


WALKS = "no recurrent layer of torch's is in it; a loop goes along {} with a state of its own, so that was taken for the steps"
"""On what assumption such a module was judged."""


_OF_A_LOADER = {"batch": "what a DataLoader yields", "sample": "a sample that a DataLoader takes"}
"""What tensors are that a DataLoader has told the batch of, by how the origins of their axes begin."""


class ByHand:
    """Tells of such modules that they were not judged, as long as the script has no model that was.

    Args:
        report: is told.

    Attributes:
        walked: the names of those that have shown that they are: a loop in them walks along its input's steps.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._may_be_one = False
        self.walked: set[str] = set()
        self._told: set[str] = set()
        self._has_others = False

    def begin(self, module: nn.Module, has_layers: bool) -> None:
        """Begin a step.

        Args:
            module: whose step it is; one by hand is of a class of the user's.
            has_layers: whether it has recurrent layers of torch's.
        """
        self._may_be_one = not has_layers and may_be_by_hand(module)

    def was_not_judged(self, name: str, has_inputs: bool) -> None:
        """Hear that no layer has read anything in a module.

        Args:
            name: of the module.
            has_inputs: whether it was given tensors of which nobody has named the dims.
        """
        if self._may_be_one and has_inputs and not self._has_others:
            self._told.add(name)
            self._report.did_not_look(BY_HAND, name, Concern.ANY_MODULE)

    def walks(self, name: str, dims: Iterable[Axis]) -> None:
        """Hear that loops of a module have walked along dims of its input as recurrent layers do along their steps.

        Args:
            name: of the module.
            dims: these.
        """
        self.walked.add(name)
        if self._may_be_one:
            for axis in dims:
                argument, _, dim = axis.of.partition("/")[0].rpartition(".")
                of = _OF_A_LOADER.get(argument.partition(".")[0], argument)
                self._report.assume(WALKS.format(f"dim {dim} of {of}"), name)

    def was_judged(self, name: str) -> None:
        """Hear that something was looked at in a module after all."""
        self._report.looked_at(BY_HAND, name)

    def are_none_beside(self) -> None:
        """Hear that the script has a model of interest: whatever else it calls beside is no recurrent model."""
        for name in self._told:
            self._report.looked_at(BY_HAND, name)
        self._told.clear()
        self._has_others = True
