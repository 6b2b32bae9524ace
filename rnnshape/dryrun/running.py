"""One dry run of a model, with everything that watches it."""

from __future__ import annotations

import logging
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import DataDependentOutputException, DynamicOutputShapeException
from torch.distributions import Distribution
from torch.nn.parameter import is_lazy

from rnnshape import _torch
from rnnshape._torch import memory_of, unseen
from rnnshape.dryrun.answering import Answers, WholeNumbersNeededError
from rnnshape.dryrun.asking import answers
from rnnshape.dryrun.copying import structural_copy
from rnnshape.dryrun.costs import Costs
from rnnshape.dryrun.descriptions import Description, nested
from rnnshape.dryrun.faking import Fakes
from rnnshape.dryrun.recording import Draft, Recorder, named_leaves, parameter_names
from rnnshape.hooks.class_call import leave_classes, stand_in_classes
from rnnshape.operations.registry import Args, Kwargs
from rnnshape.report.finding import Finding
from rnnshape.report.report import Report
from rnnshape.rules.exceptions import Squeeze
from rnnshape.rules.failure import add_failure
from rnnshape.tracking.labels import label
from rnnshape.tracking.padding import learn_padding

if TYPE_CHECKING:
    from rnnshape.session import Session
    from rnnshape.tracking.track import Tracker

__all__ = ["NeedsWholeNumbersError", "Request", "Run", "is_unknowable", "run"]


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be predicted.

    Attributes:
        model: the model.
        args: its positional arguments, read.
        kwargs: its keyword arguments, read.
        session: returns what follows and watches the run of a model, with codes that are not reported.
        target: what the loss compares the output with, read.
        loss: called with output and target; None for none.
        ignore: codes that are not reported.
    """

    model: nn.Module
    args: Args
    kwargs: Kwargs
    session: Callable[[nn.Module, Sequence[str]], Session]
    target: object = None
    loss: Callable[..., object] | None = None
    ignore: tuple[str, ...] = ()

    def doubled(self) -> Request:
        """Return the same of a second sample beside the one there is."""

        def doubled(item: object, _: str) -> object:
            return item.doubled() if isinstance(item, Description) else item

        def twice(value: object) -> Any:
            return nested(value, doubled)

        return replace(self, args=twice(self.args), kwargs=twice(self.kwargs), target=twice(self.target))

    def described(self) -> Kwargs:
        """Return all arguments by name."""
        names = parameter_names(type(self.model), len(self.args))
        found = {**dict(zip(names, self.args, strict=True)), **self.kwargs}
        return found | ({"target": self.target} if self.loss else {})


@dataclass
class Run:
    """What one run has shown.

    Attributes:
        drafts: the calls, in the order in which they began.
        report: the findings.
        costs: the memory that was taken and given back.
        error: the exception that ended it.
        squeezed: where dims were taken away.
        raised: what was said of the exception.
        model: the copy that was run.
    """

    drafts: list[Draft]
    report: Report
    costs: Costs
    error: BaseException | None = None
    squeezed: list[Squeeze] = field(default_factory=list[Squeeze])
    raised: list[Finding] = field(default_factory=list[Finding])
    model: nn.Module | None = None


class _Inputs:
    """Fake tensors for the descriptions of one request."""

    def __init__(self, request: Request, fakes: Fakes, numbers: Mapping[str, int], whole: Sequence[str]) -> None:
        self._request = request
        self._fakes = fakes
        self._numbers = numbers
        self._whole = whole
        self._device, self._dtype = _placement(request.model)
        self.layouts: list[tuple[Tensor, Description]] = []
        """Of each tensor that was described, its description."""
        names = parameter_names(type(request.model), len(request.args))
        self.args = tuple(self._made(value, name) for name, value in zip(names, request.args, strict=True))
        self.kwargs = {name: self._made(value, name) for name, value in request.kwargs.items()}
        self.target = self._made(request.target, "target")

    def _made(self, value: object, where: str) -> Any:
        return nested(value, self._tensor, where)

    def _tensor(self, value: object, where: str) -> object:
        if isinstance(value, Tensor):
            return self._fakes.fake(value)
        if not isinstance(value, Description):
            return value
        found = value.bound(self._numbers)
        if found.values is not None:
            made = self._fakes.fake(torch.tensor(found.values, dtype=getattr(torch, found.dtype or "int64")))
        else:
            dtype = getattr(torch, found.dtype) if found.dtype else torch.int64 if where in self._whole else self._dtype
            made = self._fakes.make(tuple(int(s) for s in found.layout.sizes), dtype, self._device)  # type: ignore[arg-type]
        self.layouts.append((made, found))
        return made

    def label(self, tracker: Tracker) -> None:
        """Say what the axes of the inputs are."""
        named = {id(tensor) for tensor, _ in self.layouts}
        for tensor, description in self.layouts:
            target = description.target or (description.where.startswith("target") and self.target is not None)
            if all(axis.name == "?" for axis in description.layout.axes):
                label(tracker, tensor, None, description.where, description.where, target)
            else:
                tracker.inputs.label(tensor, description.layout, description.where, target)
        names = parameter_names(type(self._request.model), len(self.args))
        arguments = [*zip(names, self.args, strict=True), *self.kwargs.items()]
        for name, value in arguments:
            for place, tensor in named_leaves(name, value):
                if id(tensor) not in named:
                    label(tracker, tensor, None, place, place)
        learn_padding(tracker, [a for a in arguments if isinstance(a[1], Tensor)])

    def is_any_undecided(self, whole: Sequence[str]) -> bool:
        """Tell whether some input may yet turn out to be made of whole numbers."""
        return any(d.dtype is None and d.where not in whole for _, d in self.layouts)

    def name_of(self, tensor: Tensor) -> str | None:
        """Return the input of no stated dtype that a tensor is a view of."""
        storage = memory_of(tensor.untyped_storage())
        for made, description in self.layouts:
            if description.dtype is None and memory_of(made.untyped_storage()) == storage:
                return description.where
        return None


def run(
    request: Request, numbers: Mapping[str, int], whole: Sequence[str] = (), watched: bool = True, unsaved: bool = True
) -> Run:
    """Run a copy of a model once on fake tensors.

    Args:
        request: what is run.
        numbers: the number for each symbol.
        whole: names of inputs of no stated dtype that hold whole numbers.
        watched: whether axes are followed and calls taken down; else only memory is counted, without gradients.
        unsaved: whether a watched run has autograd keep nothing, so that its memory is that of one without gradients.

    Returns:
        What was seen. An exception of the model's is in it.

    Raises:
        NeedsWholeNumbersError: where an input of no stated dtype is used as an index.
    """
    fakes = Fakes()
    with _torch.without_functions(), _torch.without_modes():  # modes such as torch.device("meta") are for the model's own
        inputs = _Inputs(request, fakes, numbers, whole)
        model = structural_copy(request.model, fakes)
    session = request.session(model, request.ignore)
    tracker = session.tracker()
    tracker.among_fakes = True
    with unseen():
        inputs.label(tracker)
    recorder = Recorder(model, tracker.book.mark)
    costs = Costs(recorder.count, (t for t in (*model.parameters(), *model.buffers()) if not is_lazy(t)))
    costs.hold([tensor for tensor, _ in inputs.layouts])
    found = Run(recorder.drafts, session.report, costs, model=model)
    modes: list[AbstractContextManager[object]] = [fakes, costs, Answers(fakes, recorder.count, costs.passing)]
    with ExitStack() as stack:
        for context in (_torch.without_modes(), _torch.untouched_randomness(), _unchecked_values(), _quiet()):
            stack.enter_context(context)
        stack.enter_context(torch.compiler.set_stance("force_eager"))
        if watched:
            _watch(stack, session, tracker, recorder)
            if unsaved:
                stack.enter_context(costs.without_saving())
            modes.append(tracker)
        else:
            stack.enter_context(torch.no_grad())
        try:
            output = _forward(request, model, inputs, modes)
            if watched:
                tracker.finish(output)
        except (WholeNumbersNeededError, Exception) as error:
            found.error = _as_torch_has_it(error, inputs, whole)
            if watched:
                _explain(found, request, tracker, found.error)
    return found


def _watch(stack: ExitStack, session: Session, tracker: Tracker, recorder: Recorder) -> None:
    """Have calls followed and taken down until the end of a stack."""
    stack.enter_context(session.watching())
    stack.enter_context(answers(tracker.book.mark))
    stack.callback(leave_classes, recorder)
    stand_in_classes(recorder, (nn.Module,))


def _forward(request: Request, model: nn.Module, inputs: _Inputs, modes: Sequence[AbstractContextManager[object]]) -> object:
    """Run a model and its loss under modes, and return the model's output."""
    with ExitStack() as on:
        for mode in modes:
            on.enter_context(mode)
        output = model(*inputs.args, **inputs.kwargs)
        if request.loss is not None:
            request.loss(output, inputs.target)
    return output


def _as_torch_has_it(error: BaseException, inputs: _Inputs, whole: Sequence[str]) -> BaseException:
    """Return what torch would raise.

    Raises:
        NeedsWholeNumbersError: where it is about an input of no stated dtype, which may be made of whole numbers.
    """
    if not isinstance(error, WholeNumbersNeededError):
        return error
    if inputs.is_any_undecided(whole):
        raise NeedsWholeNumbersError(inputs.name_of(error.tensor)) from None
    return error.as_torch_has_it()


def _explain(found: Run, request: Request, tracker: Tracker, error: BaseException) -> None:
    """Say what an exception of the model means."""
    tracker.abandon()
    if not is_unknowable(error):
        add_failure(found.report, tracker.book.mark, tracker.path, request.ignore, error, tracker.telling.took_part)
        found.squeezed, found.raised = [*tracker.effects.squeezes.done], [*tracker.telling.raised]


class NeedsWholeNumbersError(Exception):
    """An input of no stated dtype is used as an index.

    Attributes:
        name: of the input; None where it is not known which it is.
    """

    def __init__(self, name: str | None) -> None:
        self.name = name
        super().__init__(name)


def is_unknowable(error: BaseException) -> bool:
    """Tell whether an exception says that a size or a branch depends on data."""
    if isinstance(error, (DataDependentOutputException, DynamicOutputShapeException)):
        return True
    return isinstance(error, (RuntimeError, NotImplementedError)) and any(words in str(error) for words in _READS_DATA)


_READS_DATA = ("its data is not allocated yet", "Cannot copy out of meta tensor", "Cannot access data pointer of Tensor")
"""What torch says where C++ reads the elements of a tensor that has none."""


def _placement(model: nn.Module) -> tuple[torch.device, torch.dtype]:
    """Return the device of a model, and the dtype of its parameters."""
    held = [t for t in (*model.parameters(), *model.buffers()) if not is_lazy(t)]
    device = held[0].device if held else torch.device("cpu")
    dtypes = [t.dtype for t in held if t.is_floating_point()]
    return device, dtypes[0] if dtypes else torch.get_default_dtype()


@contextmanager
def _unchecked_values() -> Generator[None, None, None]:
    """Have no distribution look whether its parameters are in range: there are no values to look at."""
    before = Distribution._validate_args  # pyright: ignore[reportPrivateUsage]
    Distribution._validate_args = False  # pyright: ignore[reportPrivateUsage]
    try:
        yield
    finally:
        Distribution._validate_args = before  # pyright: ignore[reportPrivateUsage]


@contextmanager
def _quiet() -> Generator[None, None, None]:
    """Have torch not log what the model raises: it is told in a finding."""
    logger = logging.getLogger("torch._subclasses.fake_tensor")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before
