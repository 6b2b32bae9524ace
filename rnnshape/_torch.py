"""The only place for torch's oddities: what a value is, where a module lives, which frame is the user's."""

from __future__ import annotations

import functools
import importlib.util
import linecache
import os
import random
import sys
import threading
import weakref
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from types import CodeType, FrameType, FunctionType, TracebackType
from typing import Any, TypeVar, cast

import torch
from torch import Tensor, nn
from torch._C import _autograd
from torch._C._functorch import peek_interpreter_stack  # pyright: ignore[reportMissingModuleSource]
from torch.fx import _symbolic_trace as _fx
from torch.nn.modules.module import register_module_module_registration_hook
from torch.nn.utils.rnn import PackedSequence
from torch.overrides import TorchFunctionMode, _get_current_function_mode_stack, _pop_mode, _push_mode
from torch.utils._device import DeviceContext
from torch.utils._python_dispatch import _disable_current_modes

from rnnshape.report.location import Location

__all__ = [
    "MODULE_CALL",
    "RECURRENT",
    "TORCH_FORWARDS",
    "Family",
    "calling_module",
    "compiled_with",
    "compiler_below",
    "function_modes",
    "has_hooks",
    "has_saved_tensors_hooks",
    "is_autocast",
    "is_captured",
    "is_distributed",
    "is_faked",
    "is_in_backward",
    "is_judged_here",
    "is_left_to_python",
    "is_library",
    "is_of_fakes",
    "is_recorded",
    "is_sharded",
    "is_traced",
    "is_transformed",
    "is_unbatched_call",
    "known_values",
    "location_of",
    "memory_of",
    "named_modules",
    "once_compiled",
    "other_kind",
    "packed_sizes",
    "path_from_stack",
    "pop_mode",
    "push_mode",
    "saves_with",
    "traceback_location",
    "uncompiled",
    "undispatched",
    "unseen",
    "untouched_randomness",
    "user_frame",
    "user_location",
    "watching_modes",
    "without_functions",
    "without_modes",
]

F = TypeVar("F", bound=Callable[..., object])

RECURRENT: tuple[type[nn.Module], ...] = (nn.RNNBase, nn.RNNCellBase)
"""The base classes of torch's recurrent layers."""

MODULE_CALL = nn.Module._call_impl.__code__
"""The code that runs whenever a module is called; its frame has the module and what it is called with."""

TORCH_FORWARDS = tuple(k.forward for k in (nn.RNN, nn.LSTM, nn.GRU, nn.RNNCell, nn.LSTMCell, nn.GRUCell))

_OURS = os.path.dirname(os.path.abspath(__file__)) + os.sep
_TORCH = os.path.dirname(os.path.abspath(torch.__file__)) + os.sep


_is_compiling, _tracing_state = torch.compiler.is_compiling, torch._C._get_tracing_state
_is_exporting: Callable[[], bool] = getattr(torch.compiler, "is_exporting", lambda: False)


def is_autocast() -> bool:
    """Tell whether torch chooses the dtypes of what is computed, on any device."""
    return torch._C._is_any_autocast_enabled()


def uncompiled(function: F, and_below: bool = False) -> F:
    """Have torch.compile run a function of ours as it stands, where it leaves a layer to Python and would go on with us.

    Args:
        function: what must not be compiled by itself. In a whole graph it is still traced through.
        and_below: whether what it calls is run as it stands too.
    """
    frames = cast("Any", torch._C)._dynamo.eval_frame
    if hasattr(frames, "set_code_exec_strategy"):  # since torch 2.7
        action = frames._FrameAction
        strategy = frames._FrameExecStrategy(action.SKIP, action.SKIP if and_below else action.DEFAULT)
        frames.set_code_exec_strategy(cast("FunctionType", function).__code__, strategy)
    return function


def once_compiled(function: Callable[[], object]) -> Callable[[], None]:
    """Return a function that torch.compile calls at once when it takes up a call of it, of which no operation or guard is left.

    Elsewhere it is a function like any other, which returns nothing.
    """

    @functools.partial(uncompiled, and_below=True)
    def called() -> None:
        function()

    cast("Any", called)._dynamo_marked_constant = True  # as torch.compiler.assume_constant_result has it
    return called


_compiler = getattr(cast("Any", torch._C)._dynamo.eval_frame, "get_eval_frame_callback", lambda: None)  # since torch 2.7
_set_compiler = cast("Any", torch._C)._dynamo.eval_frame.set_eval_frame


@uncompiled
def compiler_below() -> object:
    """Return what would take up the next Python function that is called in this thread: torch.compile, or None."""
    found = _compiler()
    return found if callable(found) else None


def is_left_to_python(kind: type[nn.Module]) -> bool:
    """Tell whether torch.compile calls the modules of a class as they stand, which it does with torch's recurrent layers."""
    return kind is nn.RNNBase and not getattr(sys.modules.get("torch._dynamo.config"), "allow_rnn", False)


@uncompiled
def compiled_with(compiler: object, function: Callable[..., object], /, *args: object, **kwargs: object) -> object:
    """Call a function with another compiler below it, or none."""
    before = _set_compiler(compiler)
    try:
        return function(*args, **kwargs)
    finally:
        _set_compiler(before)


@uncompiled
def is_judged_here() -> bool:
    """Tell whether sizes are real: not while a compiler or a tracer runs the model on placeholders."""
    return not (_is_compiling() or _fx._is_fx_tracing_flag) and _tracing_state() is None


_NO_DISPATCH = getattr(Tensor, "__torch_dispatch__")  # noqa: B009


def known_values(tensor: Tensor) -> Tensor | None:
    """Return a tensor that has the values of a tensor: itself; of a fake one what it keeps, None where it keeps nothing."""
    if not tensor.is_meta and getattr(type(tensor), "__torch_dispatch__") is _NO_DISPATCH:  # noqa: B009
        return tensor
    kept = getattr(tensor, "constant", None)
    return kept if type(kept) is Tensor else None


_BY_TORCH = (getattr(Tensor.__torch_function__, "__func__"), torch._C._disabled_torch_function_impl)  # noqa: B009


def other_kind(tensor: Tensor) -> str:
    """Return of what kind a tensor is whose axes nobody can follow, such as "nested"; empty for one that may carry marks.

    One that may has its elements in one block, a whole number of them along each dim, and torch's operations mean by it what
    they always mean. This is the one place that decides it.
    """
    kind = type(tensor)
    if kind is Tensor or kind is nn.Parameter:
        return _other_layout(tensor)
    with unseen(), undispatched():
        if getattr(kind.__torch_function__, "__func__", kind.__torch_function__) not in _BY_TORCH:
            return kind.__name__
        if getattr(kind, "__torch_dispatch__") is not _NO_DISPATCH and not kind.__module__.startswith("torch._subclasses"):  # noqa: B009
            return kind.__name__
        return _other_layout(tensor) or ("" if all(type(size) is int for size in tensor.shape) else "of symbolic sizes")


def _other_layout(tensor: Tensor) -> str:
    if tensor.is_nested:
        return "nested"
    if tensor.layout is not torch.strided:
        return str(tensor.layout).removeprefix("torch.")
    if tensor.is_quantized:
        return "quantized"
    return "named" if _HAS_NAMES and cast("Any", tensor).has_names() else ""


_HAS_NAMES = hasattr(Tensor, "has_names")
"""Whether torch has tensors with named dims; those that come after 2.12 do not."""


def packed_sizes(packed: PackedSequence) -> tuple[int, int] | None:
    """Return samples and steps of a PackedSequence; None where its numbers are not real, as under FakeTensorMode."""
    steps = known_values(packed.batch_sizes)
    if steps is None:
        return None
    with torch._C._DisableTorchDispatch():  # a dispatch mode of the user's sees no operation of ours
        return int(steps[0]), len(steps)


def has_hooks(module: nn.Module) -> tuple[bool, bool]:
    """Tell whether hooks may change the arguments of a module, and its result; a ``forward`` put into it may do both."""
    every = nn.modules.module
    replaced = "forward" in module.__dict__
    before = replaced or module._forward_pre_hooks or every._global_forward_pre_hooks
    after = replaced or module._forward_hooks or every._global_forward_hooks
    return bool(before), bool(after)


def has_saved_tensors_hooks() -> bool:
    """Tell whether the user has hooks on what autograd saves."""
    return _autograd._top_saved_tensors_default_hooks(True) is not None


def saves_with(pack: Callable[[Tensor], object]) -> bool:
    """Tell whether gradients are on, and what autograd would save goes to a function first, and to nobody else."""
    hooks = _autograd._top_saved_tensors_default_hooks(True)
    return torch.is_grad_enabled() and hooks is not None and hooks[0] is pack


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        yield frame
        frame = frame.f_back


def user_frame() -> FrameType | None:
    """Return the innermost frame that is neither torch's nor ours."""
    return next((frame for frame in _frames() if not is_library(frame.f_code.co_filename)), None)


def user_location(frame: FrameType | None = None) -> Location | None:
    """Return the innermost line that is neither torch's nor ours.

    Args:
        frame: from which on it is looked for; the caller's where it is None.
    """
    frame = frame or sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        known = _places.get((id(code), frame.f_lasti))
        if known is not None and known[0] is code:
            return known[1]
        if not is_library(code.co_filename):
            found = _location(code.co_filename, frame.f_lineno, code.co_qualname, _cell_of(code.co_filename))
            if len(_places) >= MOST_PLACES:
                _places.clear()
            _places[id(code), frame.f_lasti] = code, found
            return found
        frame = frame.f_back
    return None


MOST_PLACES = 1 << 12
"""Instructions of the user's code whose lines are remembered."""

_places: dict[tuple[int, int], tuple[CodeType, Location]] = {}
"""Of a piece of code and an instruction in it, the line; with the code, so that no other gets its id."""


@functools.lru_cache(maxsize=4096)
def is_library(file: str) -> bool:
    """Tell whether a file is torch's or ours, or einops': an operation that it makes is the user's who wrote the pattern."""
    return file.startswith((_OURS, _TORCH, "<frozen", *_einops()))


@functools.cache
def _einops() -> tuple[str, ...]:
    spec = importlib.util.find_spec("einops")
    return (os.path.dirname(os.path.abspath(spec.origin)) + os.sep,) if spec is not None and spec.origin else ()


def is_unbatched_call() -> bool:
    """Tell whether the recurrent layer of torch's that is running was given no dim for the batch, and has added one."""
    codes = [forward.__code__ for forward in TORCH_FORWARDS]
    frame = next((frame for frame in _frames() if frame.f_code in codes), None)
    return frame is not None and not frame.f_locals.get("is_batched", True)


def location_of(file: str, line: int, function: str) -> Location:
    """Return a line of a file as a place of the user's code."""
    return _location(file, line, function, _cell_of(file))


@functools.lru_cache(maxsize=4096)
def _location(file: str, line: int, function: str, cell: str = "") -> Location:
    return Location(cell or _shortened(file), line, function, linecache.getline(file, line).strip())


def _cell_of(file: str) -> str:
    """Return the cell of a notebook that a file stands for, such as "Cell In[5]"; an empty string where it is none."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    if shell is None:
        return ""
    named = getattr(shell.compile, "format_code_name", lambda file: None)(file)
    return " ".join(named) if named else ""


_is_profiled, _record = _autograd._profiler_enabled, _autograd._enable_record_function
_PROXY, _FAKE = torch._C._TorchDispatchModeKey.PROXY, torch._C._TorchDispatchModeKey.FAKE
_is_capturing = getattr(torch._C, "_cuda_isCurrentStreamCapturing", None)


def is_traced() -> bool:
    """Tell whether torch.export, torch.fx or torch.jit.trace runs what is called here on placeholders."""
    return _is_exporting() or bool(_fx._is_fx_tracing_flag) or _tracing_state() is not None


def is_recorded() -> bool:
    """Tell whether what this thread does is written down: by a profiler, by a tracer of operations, or in a CUDA graph."""
    if _is_profiled() or torch._C._get_dispatch_mode(_PROXY) is not None or torch._ops._len_torch_dispatch_stack_pre_dispatch():
        return True
    return is_captured()


def is_captured() -> bool:
    """Tell whether what this thread does is written down in a CUDA graph."""
    return _is_capturing is not None and torch.cuda.is_initialized() and _is_capturing()


def is_sharded(model: nn.Module) -> bool:
    """Tell whether ``fully_shard`` has parts of the parameters of a model, or of a module in it, on other ranks."""
    kind = getattr(sys.modules.get("torch.distributed.fsdp"), "FSDPModule", ())
    return any(isinstance(module, kind) for _, module in named_modules(model))


def is_distributed(model: nn.Module) -> bool:
    """Tell whether a module in a model talks to other ranks whenever it is called."""
    kind = getattr(sys.modules.get("torch.nn.parallel.distributed"), "DistributedDataParallel", ())
    return any(isinstance(module, kind) for _, module in named_modules(model))


def is_transformed() -> bool:
    """Tell whether a transform of torch.func is at work in this thread, which would wrap tensors of ours too."""
    return peek_interpreter_stack() is not None


def is_faked() -> bool:
    """Tell whether tensors that are made in this thread have sizes and no elements."""
    return torch._C._get_dispatch_mode(_FAKE) is not None


class _Unseen:
    """A context in which no mode of either kind sees what torch does, and no profiler of this thread records it."""

    def __init__(self) -> None:
        self._modes = (torch._C.DisableTorchFunction(), torch._C._DisableTorchDispatch())
        self._is_profiled = _is_profiled()

    def __enter__(self) -> None:
        for mode in self._modes:
            mode.__enter__()
        if self._is_profiled:
            _record(False)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._is_profiled:
            _record(True)
        for mode in reversed(self._modes):
            mode.__exit__(kind, error, trace)


def unseen() -> AbstractContextManager[object]:
    """Return the context in which our own work is done: no mode, no class of tensors and no profiler sees it."""
    return _Unseen() if _is_profiled() or torch._C._len_torch_dispatch_stack() else torch._C.DisableTorchFunction()


undispatched = torch._C._DisableTorchDispatch
"""The context in which fake tensors do not see our own work either."""

without_modes = cast("Callable[[], AbstractContextManager[object]]", _disable_current_modes)
"""The context in which no mode at all is on, for what is to be done with real tensors."""

without_functions = torch._C.DisableTorchFunction
"""The context in which no function mode is on."""


def memory_of(storage: torch.UntypedStorage) -> int:
    """Return the number of a piece of memory, which all views of it have."""
    return storage._cdata


def function_modes() -> tuple[TorchFunctionMode, ...]:
    """Return the function modes that are on in this thread, the outermost first."""
    return tuple(_get_current_function_mode_stack())


def watching_modes() -> tuple[TorchFunctionMode, ...]:
    """Return the function modes of this thread but for those that only choose a device."""
    return tuple(mode for mode in function_modes() if not isinstance(mode, DeviceContext))


def named_modules(model: nn.Module, several: bool = False) -> Iterator[tuple[str, nn.Module]]:
    """Yield each module of a model with its path: once, or under each of several paths."""
    yield from model.named_modules(remove_duplicate=not several)


def pop_mode(mode: TorchFunctionMode) -> int | None:
    """Take a function mode off the stack of this thread, and return how many are below it; None where it is not there."""
    above: list[TorchFunctionMode] = []
    at = None
    while (left := torch._C._len_torch_function_stack()) and at is None:
        top = _pop_mode()
        if top is mode:
            at = left - 1
        else:
            above.append(top)
    for other in reversed(above):
        _push_mode(other)
    return at


def push_mode(mode: TorchFunctionMode, at: int) -> None:
    """Put a function mode on the stack of this thread, above as many others."""
    above = [_pop_mode() for _ in range(torch._C._len_torch_function_stack() - at)]
    for other in (mode, *reversed(above)):
        _push_mode(other)


def is_in_backward() -> bool:
    """Tell whether this thread is inside a backward: afterwards torch puts the modes back that were on before it."""
    return torch._C._current_graph_task_id() != -1


def traceback_location(error: BaseException) -> Location | None:
    """Return the innermost line of an exception's traceback that is neither torch's nor ours."""
    found = None
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if not is_library(code.co_filename):
            found = _location(code.co_filename, trace.tb_lineno, code.co_qualname)
        trace = trace.tb_next
    return found


def _shortened(file: str) -> str:
    """Return a path relative to the working directory where the file lies below it."""
    here = os.getcwd() + os.sep
    return file[len(here) :] if file.startswith(here) else file


class Family:
    """Remembers, weakly, which module was registered in which, so that a module can be named that nobody gave a path.

    Modules made by unpickling or deepcopy are never registered; for those the calls on the stack tell.
    """

    def __init__(self) -> None:
        self._parents: dict[int, tuple[weakref.ref[nn.Module], str, object]] = {}
        self._handle = register_module_module_registration_hook(self._remember)

    def remove(self) -> None:
        """Forget everything."""
        self._handle.remove()
        self._parents.clear()

    def path(self, module: nn.Module) -> str:
        """Return the path of a module under the outermost one that holds it, "Classifier.encoder.rnn"."""
        names: list[str] = []
        top = module
        while (known := self._parents.get(id(top))) and (parent := known[0]()) is not None and len(names) < 100:
            names.insert(0, known[1])
            top = parent
        return ".".join([type(top).__name__, *names]) if names else path_from_stack(module)

    def _remember(self, parent: nn.Module, name: str, child: nn.Module | None) -> None:
        if child is not None:
            key, parents = id(child), self._parents
            parents[key] = (weakref.ref(parent), name, weakref.ref(child, functools.partial(parents.pop, key)))


def calling_module() -> nn.Module | None:
    """Return the innermost module whose call is on the stack."""
    for frame in _frames():
        if frame.f_code is MODULE_CALL:
            found = frame.f_locals.get("self")
            return found if isinstance(found, nn.Module) else None
    return None


def path_from_stack(module: nn.Module) -> str:
    """Return the path of a module under the outermost module that is being called, "Classifier.encoder.rnn".

    Looks only into frames of torch's own ``_call_impl``, which end with the call.
    """
    path = type(module).__name__
    for frame in _frames():
        if frame.f_code is MODULE_CALL:
            outer = frame.f_locals.get("self")
            if isinstance(outer, nn.Module) and outer is not module:
                for name, inner in outer.named_modules():
                    if inner is module:
                        path = f"{type(outer).__name__}.{name}"
                        break
    return path


_AS_TORCH = ("recurrent.py", "answering.py")
"""Our files that raise what torch would."""


def is_of_fakes(error: BaseException) -> bool:
    """Tell whether only torch's fake tensors raise an exception; that tensors lie on two devices is raised by real ones too."""
    kind = type(error)
    return kind.__module__.startswith("torch._subclasses") and kind.__name__ != "FakeTensorDeviceMismatchError"


def is_ours(error: BaseException) -> bool:
    """Tell whether an exception comes from our own work, or from torch's fake tensors, and not from the model."""
    trace, code = error.__traceback__, None
    while trace is not None:
        code = trace.tb_frame.f_code
        trace = trace.tb_next
    file, function = (code.co_filename, code.co_name) if code else ("", "")
    kind = type(error)
    if is_of_fakes(error) or "no fake impl" in str(error):
        return True
    if function in ("__torch_function__", "__torch_dispatch__"):
        return False  # it stands around what torch itself raised
    ours = file.startswith(_OURS) and not (kind in (RuntimeError, IndexError) and os.path.basename(file) in _AS_TORCH)
    return ours or (kind is AssertionError and file.startswith(os.path.join(_TORCH, "_subclasses")))


_one_at_a_time = threading.RLock()
"""Held until random numbers are put back: of two threads that do so at once, one would leave what the other has seeded."""


def _in_a_child() -> None:
    global _one_at_a_time  # the thread that holds it is not in the child
    _one_at_a_time = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_a_child)


@contextmanager
def untouched_randomness() -> Generator[None, None, None]:
    """Give every generator of random numbers its state back. One thread at a time may be in here."""
    with _one_at_a_time:
        yield from _put_back()


def _put_back() -> Generator[None, None, None]:
    numpy = sys.modules.get("numpy")
    python, cpu = random.getstate(), torch.get_rng_state()
    gpus = torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []
    arrays = numpy.random.get_state() if numpy else None
    try:
        yield
    finally:
        random.setstate(python)
        torch.set_rng_state(cpu)
        if gpus:
            torch.cuda.set_rng_state_all(gpus)
        if numpy:
            numpy.random.set_state(arrays)
