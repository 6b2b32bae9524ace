"""Faults in our own functions, put there while a model runs under one of the doors, and what the model's owner sees of them."""

from __future__ import annotations

import builtins
import contextlib
import functools
import gc
import importlib
import logging
import pkgutil
import random
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch._dynamo import eval_frame
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.dataloader import _BaseDataLoaderIter

import rnnshape
from rnnshape import harmless
from rnnshape.api import check
from rnnshape.checking.batches import batches as batches_of_loaders
from rnnshape.hooks import class_call, dataloader, evaluating, inner_calls
from rnnshape.hooks.class_call import leave_classes
from rnnshape.pytest_plugin.options import Options
from rnnshape.pytest_plugin.watching import Watched
from rnnshape.tracking import compiled, memory

ROOMS = ("hooks", "tracking", "operations", "rules", "session", "checking", "coordinates", "report")
FOLDER = Path(rnnshape.__file__).parent
SCRIPT = Path(__file__).parent / "faulty_script.py"


# Our functions


@dataclass(eq=False)
class Ours:
    """One function of ours: its code, the functions that have it, and the function in which it is written."""

    code: CodeType
    outer: Ours | None = None
    functions: list[FunctionType] = field(default_factory=list)

    @property
    def name(self) -> str:
        module = Path(self.code.co_filename).relative_to(FOLDER).with_suffix("").as_posix().replace("/", ".")
        return f"{module}:{self.code.co_qualname}"


def ours() -> dict[CodeType, Ours]:
    """Return every function that is written in the rooms, however deep in another."""
    for room in ROOMS:
        module = importlib.import_module(f"rnnshape.{room}")
        for found in pkgutil.walk_packages(getattr(module, "__path__", ()), f"rnnshape.{room}."):
            importlib.import_module(found.name)
    files = tuple(str(FOLDER / room) for room in ROOMS)
    known: dict[CodeType, Ours] = {}

    def add(code: CodeType, outer: Ours | None) -> None:
        if code.co_name in ("<listcomp>", "<dictcomp>", "<setcomp>", "<genexpr>"):
            one = outer  # part of the function in which it stands
        else:
            one = known[code] = known.get(code) or Ours(code, outer)
            one.outer = one.outer or outer
        for inner in code.co_consts:
            if isinstance(inner, CodeType) and inner.co_name.isidentifier() | inner.co_name.startswith("<"):
                add(inner, one)

    gc.unfreeze()  # what was there when the tests were collected is looked for too
    living = [f for f in gc.get_objects() if type(f) is FunctionType and f.__code__.co_filename.startswith(files)]
    gc.freeze()
    for function in living:
        if "<locals>" not in function.__code__.co_qualname:
            add(function.__code__, None)
    for function in living:
        if (one := known.get(function.__code__)) is not None:
            one.functions.append(function)
    return known


class Fault:
    """A fault in one function, while it is entered: the function raises whenever it is called."""

    now: Fault | None = None

    def __init__(self, one: Ours, kind: type[BaseException] = RuntimeError) -> None:
        self.one = one
        self.kind = kind
        self.hits = 0
        self._before: list[tuple[FunctionType, CodeType]] = []

    def reached(self) -> BaseException:
        self.hits += 1
        return self.kind(f"a fault in {self.one.name}")

    def __enter__(self) -> Fault:
        Fault.now = self
        one, bad = self.one, _raising(self.one.code)
        for function in one.functions:
            self._before.append((function, function.__code__))
            function.__code__ = bad
        inner = one.code
        while one.outer is not None:
            one = one.outer
            inner, bad = one.code, _with(one.code, inner, bad)
            for function in one.functions:
                self._before.append((function, function.__code__))
                function.__code__ = bad
        return self

    def __exit__(self, *_: object) -> None:
        for function, code in self._before:
            function.__code__ = code
        Fault.now = None


builtins._rnnshape_fault = lambda: Fault.now.reached() if Fault.now else RuntimeError  # type: ignore[attr-defined]


def _with(code: CodeType, inner: CodeType, bad: CodeType) -> CodeType:
    """Return the code of a function with one that is written in it exchanged, also where that is in a comprehension."""
    consts = tuple(
        bad if const is inner else _with(const, inner, bad) if isinstance(const, CodeType) and const is not bad else const
        for const in code.co_consts
    )
    return code.replace(co_consts=consts)


def _raising(code: CodeType) -> CodeType:
    """Return the code of a function that takes anything and raises, at the place of another and with its free variables."""
    free = ", ".join(code.co_freevars)
    source = (
        f"def outer():\n {' = '.join([*code.co_freevars, '0'])}\n def inner(*args, **kwargs):\n  ({free}{',' * bool(free)})\n"
    )
    names: dict[str, Any] = {}
    exec(f"{source}  raise _rnnshape_fault()\n return inner", names)
    made: CodeType = names["outer"]().__code__
    return made.replace(
        co_filename=code.co_filename, co_name=code.co_name, co_qualname=code.co_qualname, co_firstlineno=code.co_firstlineno
    )


# A model, its training, and what its owner sees

WORDS, STEPS, SAMPLES, UNITS, CLASSES = 11, 7, 5, 8, 3


def model_of(kind: str) -> nn.Module:
    """Return a model: one that is right, is wrong and runs, is refused by torch at its second call, or is compiled."""
    if kind == "compiled":
        return compiled_model()

    class Tagger(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(WORDS, UNITS, padding_idx=0)
            self.rnn = nn.LSTM(UNITS, UNITS, num_layers=2, bidirectional=True, batch_first=True, dropout=0.1)
            self.cell = nn.GRUCell(2 * UNITS, UNITS)
            self.conv = nn.Conv1d(2 * UNITS, UNITS, 3, padding=1)
            self.norm = nn.BatchNorm1d(UNITS)
            self.head = nn.Linear((4 if kind == "wrong" else 5) * UNITS, CLASSES)
            self.calls = 0

        def forward(self, words: Int[Tensor, "batch seq"], lengths: Int[Tensor, " batch"]) -> Float[Tensor, "batch classes"]:
            self.calls += 1
            x = self.embedding(words)
            packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
            state = None
            if kind == "raises" and self.calls == 2:
                state = (torch.zeros(3, len(words), UNITS), torch.zeros(3, len(words), UNITS))
            output, (h_n, _) = self.rnn(packed, state)
            output, _ = pad_packed_sequence(output, batch_first=True, total_length=STEPS)
            if kind == "wrong":
                return self.head(h_n.view(len(words), -1)) + output.softmax(0).sum()
            padding = torch.arange(STEPS)[None, :] >= lengths[:, None]
            scores = torch.bmm(output, output[:, :1].transpose(1, 2)).squeeze(2).masked_fill(padding, -1e9)
            context = torch.einsum("bt,bth->bh", scores.softmax(1), output)
            h = torch.zeros(len(words), UNITS)
            for step in range(2):
                h = self.cell(output[:, step], h)
            features = self.norm(self.conv(output.transpose(1, 2))).masked_fill(padding[:, None], -1e9).amax(2)
            return self.head(torch.cat([context, F.dropout(h), features, h_n[-1]], 1))

    return Tagger()


def compiled_model() -> nn.Module:
    """Return a model that torch.compile runs in parts: it leaves one layer to Python, and compiles the other."""

    class Compiled(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embedding = nn.Embedding(WORDS, UNITS)
            self.rnn = nn.GRU(UNITS, UNITS, batch_first=True)
            self.cell = nn.GRUCell(UNITS, CLASSES)

        def forward(self, words: Int[Tensor, "batch seq"], lengths: Int[Tensor, " batch"]) -> Float[Tensor, "batch classes"]:
            return self.cell(self.rnn(self.embedding(words))[0].sum(1) / lengths[:, None])

    torch._dynamo.reset()
    model = Compiled()
    model.compile(backend="eager")
    return model


def batches() -> DataLoader[tuple[Tensor, ...]]:
    drawn = torch.Generator().manual_seed(1)
    words = torch.randint(1, WORDS, (3 * SAMPLES, STEPS), generator=drawn)
    lengths = torch.randint(2, STEPS + 1, (3 * SAMPLES,), generator=drawn)
    target = torch.randint(0, CLASSES, (3 * SAMPLES,), generator=drawn)
    return DataLoader(TensorDataset(words, lengths, target), batch_size=SAMPLES)


@dataclass
class Seen:
    """What the owner of a model sees of its training."""

    numbers: list[Tensor] = field(default_factory=list)
    error: str = ""

    def same_as(self, other: Seen) -> bool:
        alike = len(self.numbers) == len(other.numbers) and all(map(torch.equal, self.numbers, other.numbers))
        return alike and self.error == other.error


Train = Callable[[nn.Module], None]


def train(model: nn.Module, seen: Seen, steps: int = 3) -> None:
    for (words, lengths, target), _ in zip(batches(), range(steps), strict=False):
        output = model(words, lengths)
        loss = F.cross_entropy(output, target)
        loss.backward()
        seen.numbers += [output.detach().clone(), loss.detach().clone()]


# The doors


def by_nothing(model: nn.Module, seen: Seen) -> None:
    train(model, seen)


def by_watch(model: nn.Module, seen: Seen) -> None:
    with rnnshape.watch(model, on="log", track=True):
        train(model, seen)


def by_watch_of_sizes(model: nn.Module, seen: Seen) -> None:
    with rnnshape.watch(model, on="log"):
        train(model, seen)


def by_watch_of_everything(model: nn.Module, seen: Seen) -> None:
    with rnnshape.watch(on="log", track=2):
        train(model, seen)


def by_check(model: nn.Module, seen: Seen) -> None:
    rnnshape.check(type(model), on="log", track=2)
    train(model, seen)


def by_checked_function(model: nn.Module, seen: Seen) -> None:
    def step(words: Int[Tensor, "batch seq"], lengths: Int[Tensor, " batch"]) -> Float[Tensor, "batch classes"]:
        return model(words, lengths)

    train(rnnshape.check(step, on="log", track=2), seen)  # type: ignore[arg-type]


def by_checked_generator(model: nn.Module, seen: Seen) -> None:
    def steps(words: Int[Tensor, "batch seq"], lengths: Int[Tensor, " batch"]) -> Iterator[Tensor]:
        yield model(words, lengths)

    checked = rnnshape.check(steps, on="log", track=2)
    train(lambda words, lengths: next(iter([*checked(words, lengths)])), seen)  # type: ignore[arg-type]


def by_diagnose(model: nn.Module, seen: Seen) -> None:
    def loss(output: Tensor, target: Tensor) -> None:
        value = F.cross_entropy(output, target)
        value.backward()
        seen.numbers += [output.detach().clone(), value.detach().clone()]

    for words, lengths, target in batches():
        report = rnnshape.diagnose(model, words, lengths, axes=("batch seq", "batch"), target=target, loss=loss)
        if report.exception is not None:
            raise report.exception


class Item:
    """As much of a test of pytest's as the plugin asks for."""

    def iter_markers(self, _: str) -> tuple[()]:
        return ()


def by_plugin(model: nn.Module, seen: Seen) -> None:
    watched = Watched(Item(), Options("never", 2, None))  # type: ignore[arg-type]
    watched.begin()
    try:
        train(model, seen)
    finally:
        watched.end()
    watched.judge()


class Script:
    """What the script does that `run` runs: the script calls it."""

    body: Callable[[], None] = staticmethod(lambda: None)


def by_run(model: nn.Module, seen: Seen) -> None:
    raised: list[BaseException] = []

    def body() -> None:
        try:
            train(model, seen)
        except BaseException as error:
            raised.append(error)

    Script.body = staticmethod(body)
    kept = sys.argv, [*sys.path], sys.modules["__main__"], sys.modules.get("__mp_main__"), threading._shutdown  # type: ignore[attr-defined]
    threading._shutdown = lambda: None  # type: ignore[attr-defined]
    try:
        code = rnnshape.run(str(SCRIPT), track=2)
    finally:
        sys.argv, sys.path[:], sys.modules["__main__"], second, threading._shutdown = kept  # type: ignore[attr-defined]
        sys.modules.pop("__mp_main__", None)
        if second is not None:
            sys.modules["__mp_main__"] = second
    if raised:
        raise raised[0]
    assert code == 0


Door = Callable[[nn.Module, Seen], None]
DOORS: dict[str, Door] = {
    "diagnose": by_diagnose,
    "watch(model, track=True)": by_watch,
    "watch(model)": by_watch_of_sizes,
    "watch(track=2)": by_watch_of_everything,
    "check a class": by_check,
    "check a function": by_checked_function,
    "check a generator": by_checked_generator,
    "pytest": by_plugin,
    "run": by_run,
}


# What is seen, and what is left behind


class Log(logging.Handler):
    """The mistakes of ours that were logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.mistakes: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if "rnnshape made a mistake" in record.getMessage():
            self.mistakes.append(record.getMessage())


def left_behind(model: nn.Module) -> dict[str, object]:
    """Return everything that a watch could leave somewhere."""
    classes = [nn.Module, *{base for module in model.modules() for base in type(module).__mro__ if issubclass(base, nn.Module)}]
    here = {f"{kind.__qualname__}.__call__": kind.__dict__.get("__call__") for kind in [*classes, nn.RNNBase, nn.RNNCellBase]}
    every = nn.modules.module
    hooks = [name for name in vars(every) if name.startswith("_global_") and name.endswith("hooks")]
    return {
        **here,
        **{name: len(getattr(every, name)) for name in hooks},
        "DataLoader": _BaseDataLoaderIter.__next__,
        "eval": nn.Module.eval,
        "function modes": torch._C._len_torch_function_stack(),
        "dispatch modes": torch._C._len_torch_dispatch_stack(),
        "attributes": {path: sorted(vars(module)) for path, module in model.named_modules()},
        "threads": threading.active_count(),
        "handlers": [h for h in logging.getLogger("rnnshape").handlers if not isinstance(h, Log)],
        "profiler": (sys.getprofile(), sys.gettrace()),
        "finders": [*sys.meta_path],
        "compiler": eval_frame._maybe_set_eval_frame,
    }


@dataclass
class Trial:
    """What came of one door with one fault."""

    seen: Seen
    reached: BaseException | None
    left: list[str]
    mistakes: list[str]
    unraisable: list[str]
    hits: int


def forget_what_is_known() -> None:
    """Have our functions do their work anew, as in a new process."""
    for module in [m for name, m in sys.modules.items() if name.startswith("rnnshape.")]:
        for value in list(vars(module).values()):
            if isinstance(value, functools._lru_cache_wrapper):
                value.cache_clear()
    memory._outcomes.clear()


def attempt(door: Door, kind: str, fault: contextlib.AbstractContextManager[Any]) -> Trial:
    """Train a model under a door, with a fault."""
    gc.collect()  # what earlier tests have left in circles goes now, and leaves the classes, not while we look
    forget_what_is_known()
    harmless._logged.clear()
    log, logger = Log(), logging.getLogger("rnnshape")
    unraisable: list[str] = []
    reached: BaseException | None = None
    torch.manual_seed(0)
    random.seed(0)
    model, seen = model_of(kind), Seen()
    before = left_behind(model)
    hook, sys.unraisablehook = sys.unraisablehook, lambda one: unraisable.append(f"{one.err_msg} {one.object} {one.exc_value}")
    propagate, logger.propagate = logger.propagate, False
    logger.addHandler(log)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stderr(None), fault:
            warnings.simplefilter("error")
            try:
                door(model, seen)
            except BaseException as error:
                seen.error = f"{type(error).__name__}: {error}"
                reached = error
            seen.numbers += [torch.zeros(0) if p.grad is None else p.grad.clone() for p in model.parameters()]
            seen.numbers.append(torch.get_rng_state())
        rest(door)
    finally:
        logger.removeHandler(log)
        logger.propagate = propagate
        sys.unraisablehook = hook
    after = left_behind(model)
    left = [name for name, value in before.items() if after[name] != value]
    hits = fault.hits if isinstance(fault, Fault) else 0
    sweep()
    return Trial(seen, reached, left, log.mistakes, unraisable, hits)


def sweep() -> None:
    """Take away what one trial has left, so that the next begins with nothing."""
    for watcher in list(class_call._classes._owners):
        leave_classes(watcher)
    for listener in dataloader._loaders.listeners:
        dataloader.forget_batches(listener)
    for waiting in evaluating._evaluations.listeners:
        evaluating.leave_evaluations(waiting)
    regions = compiled._regions
    class_call._classes._compiled = regions._inside = 0
    regions.listeners, regions._here.frame, regions._here.undo = (), None, contextlib.ExitStack()
    regions._rest()
    while torch._C._len_torch_function_stack():
        torch.overrides._pop_mode()
    inner_calls._stand.entered().clear()


def rest(door: Door) -> None:
    """Let go of what is checked: it is watched for as long as it lives."""
    if door in (by_check, by_checked_function, by_checked_generator):
        for target in list(check._targets._targets.values()):
            if target.stand is not None:
                leave_classes(target.stand)
        batches_of_loaders._wanting.clear()
        dataloader.forget_batches(batches_of_loaders)
    inner_calls._stand.rest()


class Reached:
    """Which functions of ours are called while this is entered."""

    def __init__(self) -> None:
        self.codes: dict[CodeType, None] = {}

    def __enter__(self) -> Reached:
        sys.setprofile(lambda frame, event, _: self.codes.setdefault(frame.f_code) if event == "call" else None)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)
