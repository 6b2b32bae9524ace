"""`Subject`: a copy of a model that may be run as often as one likes, while the user's own stays as it is."""

from __future__ import annotations

import contextlib
import copy
import io
import random
import sys
import threading
import warnings
import weakref
from collections import OrderedDict
from collections.abc import Callable, Generator, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

from rnnshape import _torch
from rnnshape.experiments.places import Given, put_in, tensors_of

__all__ = ["Mode", "Run", "Subject", "Unfit", "hook_of_all_modules"]

SEED = 20_260
"""Every run begins with these random numbers."""


class Unfit(Exception):  # noqa: N818
    """Why no experiment can be made, in words for the user."""


class _UsersOwnCalledError(Exception):
    """The loss, or the copy, has called a module of the user's own model."""


class Mode(TorchFunctionMode):
    """What looks on while a model runs."""

    def given(self, tensors: Iterable[tuple[str, Tensor]], paths: dict[int, str]) -> None:
        """Hear what the model is given, and the paths of its modules."""
        raise NotImplementedError


class Run:
    """What came of one run.

    Attributes:
        output: what the model returned.
        draws: whether the model drew random numbers.
        model: the copy that was run.
    """

    def __init__(self, output: Any, draws: bool, model: nn.Module) -> None:
        self.output = output
        self.draws = draws
        self.model = model


class Subject:
    """A copy of a model, made at once.

    Args:
        model: the user's, which is only read.
        train: whether it is run as while it trains.

    Attributes:
        model: the copy, of which every run has a fresh one.
        paths: of the modules of that, by their ids.
        after_run: is called after each run.

    Raises:
        Unfit: where it can't be copied.
    """

    after_run: Callable[[], object]

    def __init__(self, model: nn.Module, train: bool = False) -> None:
        for path, module in _torch.named_modules(model):
            if name := _users_hook(module):
                raise Unfit(
                    f"{path or type(module).__name__} has the hook {name}, which would see every run; remove it for the probe"
                )
        self._own = weakref.WeakSet(model.modules())
        try:
            with _torch.untouched_randomness(), _torch.unseen(), _torch.undispatched(), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.model = copy.deepcopy(model)
                self.model.train(train)
        except Exception as error:
            raise Unfit(f"the model cannot be copied: {type(error).__name__}: {_first_line(error)}") from None
        self.paths: dict[int, str] = {}
        self.after_run = _nothing

    def run(
        self, given: Given, mode: Mode | None = None, weights: Mapping[str, Tensor] | None = None, gradients: bool = True
    ) -> Run:
        """Run a fresh copy, with the same random numbers every time.

        Args:
            given: what it is given; that is copied too.
            mode: is on while the model runs, and hears of the tensors that it is given.
            weights: other values for some of its parameters, by their names.
            gradients: whether any can be asked for; a run takes longer then.
        """
        with alone(self._own):
            model = self._fresh(weights or {})
            args, kwargs = put_in(given.args, {}), put_in(given.kwargs, {})
            _seed()
            before = torch.get_rng_state()
            with torch.set_grad_enabled(gradients), mode or contextlib.nullcontext():
                if mode is not None:
                    mode.given(tensors_of([args, kwargs]), self.paths)
                output = model(*args, **kwargs)
            self.after_run()
            return Run(output, not torch.equal(before, torch.get_rng_state()), model)

    def follow(self, given: Given, tracker: contextlib.AbstractContextManager[Any], mode: Mode | None = None) -> None:
        """Run a fresh copy on the very tensors that are given, so that a tracker may learn what they are.

        Args:
            given: what it is given.
            tracker: is on while the model runs.
            mode: is on within that, and sees the operations of the model alone; it hears of the tensors that are given.
        """
        with alone(self._own):
            model = self._fresh({})
            _seed()
            with tracker, mode or contextlib.nullcontext():
                if mode is not None:
                    mode.given(tensors_of([given.args, given.kwargs]), self.paths)
                model(*given.args, **given.kwargs)

    def loss(self, loss: Callable[[Any, Any], Any], output: Any, target: Any, mode: Mode | None = None) -> Any:
        """Call a copy of a loss.

        Args:
            loss: as the user gave it.
            output: what it is called with.
            target: likewise.
            mode: as for `run`.
        """
        with alone(self._own):
            fresh = copy.deepcopy(loss) if isinstance(loss, nn.Module) else loss
            _seed()
            with mode or contextlib.nullcontext():
                if mode is not None:
                    mode.given(tensors_of([output, target]), {})  # the modules of earlier runs are gone, and so are their ids
                return fresh(output, target)

    def _fresh(self, weights: Mapping[str, Tensor]) -> nn.Module:
        """Return a copy that shares the parameters alone, so that no run knows of another; some may be other ones."""
        memo = _empty_again(self.model) | {id(p): p for p in self.model.parameters()}
        if weights:
            memo |= {id(p): nn.Parameter(weights[name]) for name, p in self.model.named_parameters() if name in weights}
        model = copy.deepcopy(self.model, memo)
        self.paths = {id(module): path for path, module in _torch.named_modules(model)}
        return model


def _empty_again(model: nn.Module) -> dict[int, Any]:
    """Return empty containers for those of a model, as its many for hooks, by the ids of these: copying them takes long."""
    return {
        id(value): type(value)()
        for module in model.modules()
        for value in vars(module).values()
        if type(value) in (OrderedDict, set) and not value
    }


def _nothing() -> None:
    """Do nothing."""


def _seed() -> None:
    """Begin with the same random numbers, of torch, Python and numpy."""
    torch.default_generator.manual_seed(SEED)  # torch.manual_seed would also queue calls for devices that are not there
    if torch.cuda.is_initialized():
        torch.cuda.manual_seed_all(SEED)
    random.seed(SEED)
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed(SEED)


@contextlib.contextmanager
def alone(own: weakref.WeakSet[nn.Module]) -> Generator[None]:
    """Run the user's code once more, unseen: it leaves no random numbers, prints or warnings, and the own model alone."""
    thread = threading.get_ident()

    def keep_out(module: nn.Module, args: object) -> None:
        if module in own and threading.get_ident() == thread:
            raise _UsersOwnCalledError(type(module).__name__)

    with contextlib.ExitStack() as stack:
        stack.enter_context(_torch.untouched_randomness())
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
        stack.callback(register_module_forward_pre_hook(keep_out).remove)
        yield


def _users_hook(module: nn.Module) -> str:
    """Return the name of a hook that is not torch's own; what torch itself hooks in, such as a norm of weights, is copied."""
    return _name_of_users(module._forward_hooks, module._forward_pre_hooks, module._backward_hooks, module._backward_pre_hooks)


def hook_of_all_modules() -> str:
    """Return the name of a hook of the user's that torch calls for every module; empty where there is none."""
    every = torch.nn.modules.module
    forward = every._global_forward_hooks, every._global_forward_pre_hooks
    return _name_of_users(*forward, every._global_backward_hooks, every._global_backward_pre_hooks)


def _name_of_users(*every: Mapping[int, Callable[..., Any]]) -> str:
    for hooks in every:
        for hook in hooks.values():
            home = getattr(hook, "__module__", None) or type(hook).__module__
            if not home.startswith("torch."):
                return getattr(hook, "__qualname__", type(hook).__name__)
    return ""


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [""])[0]
