"""The nine doors of rnnshape, and the run with none, through which `situations` are taken.

A door tells whether it has looked: then it saw calls of recurrent layers, or tensors. Where it has not it has stepped aside,
and has to say so.
"""

from __future__ import annotations

import contextlib
import functools
import gc
import importlib
import json
import logging
import os
import random
import re
import sys
import warnings
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import situations
import torch
from seen import lines, random_numbers, standing
from situations import LIKE, SITUATIONS
from torch import nn


class Bare:
    """No door; what the others have in common.

    Attributes:
        looked: how many calls or tensors the door has looked at.
        aside: what it says of those at which it has not.
        found: what it says is wrong, which is nothing.
    """

    stays = False
    """Whether something of it stays with a model for as long as that lives."""

    def __init__(self) -> None:
        self.looked = 0
        self.aside: list[str] = []
        self.found: list[str] = []
        self.models: list[weakref.ref[nn.Module]] = []

    @contextlib.contextmanager
    def over(self, *models: nn.Module, like: tuple[object, ...] = (LIKE,)) -> Iterator[None]:
        """Stand over models."""
        self.models += map(weakref.ref, models)
        with self.standing(*models, like=like):
            del models
            yield

    @contextlib.contextmanager
    def standing(self, *models: nn.Module, like: tuple[object, ...]) -> Iterator[None]:
        """Stand over models: here, in no way."""
        del models
        yield

    def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a model."""
        return function(*args, **kwargs)

    def saw(self, report: Any) -> None:
        """Take down what a report says."""
        self.looked += _calls(report)
        self.aside += asides(report)
        self.found += [str(finding) for finding in report.findings if finding.severity != "info"]


RECORDED = re.compile("compil|trace|record|export|another process")


def asides(report: Any) -> list[str]:
    """Return what a report says of layers at which nobody looked, as something records or compiles them."""
    return [line for line in getattr(report, "blind", ()) if RECORDED.search(line)]


class Diagnose(Bare):
    """`rnnshape.diagnose` of each call."""

    def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        import rnnshape

        if not isinstance(function, nn.Module):
            return function(*args, **kwargs)
        results: list[Any] = []
        report = rnnshape.diagnose(function, *args, loss=lambda y, _: results.append(y), **kwargs)
        if report.exception is not None:
            raise report.exception
        self.saw(report)
        return results.pop()


class Predict(Bare):
    """`rnnshape.predict` of the model, before it is called and afterwards."""

    @contextlib.contextmanager
    def standing(self, *models: nn.Module, like: tuple[object, ...]) -> Iterator[None]:
        import rnnshape

        if models:
            self._predict(rnnshape, models[0], like)
        yield
        if models:
            self._predict(rnnshape, models[0], like)

    def _predict(self, rnnshape: Any, model: nn.Module, like: tuple[object, ...]) -> None:
        try:
            with warnings.catch_warnings():  # the dry run calls ``forward``, which may warn
                warnings.simplefilter("ignore")
                prediction = rnnshape.predict(model, *like)
        except rnnshape.RNNShapeError as error:
            self.aside.append(str(error))
            return
        self.found += [str(finding) for finding in prediction.findings if finding.severity != "info"]
        if prediction.stopped:
            self.aside.append(prediction.stopped)
        else:
            self.looked += len(prediction.calls)


class Watch(Bare):
    """`rnnshape.watch`."""

    track: bool | int = False

    @contextlib.contextmanager
    def standing(self, *models: nn.Module, like: tuple[object, ...]) -> Iterator[None]:
        import rnnshape

        with contextlib.ExitStack() as stack:
            reports = [stack.enter_context(rnnshape.watch(model, track=self.track)) for model in models]
            del models
            try:
                yield
            finally:
                for report in reports:
                    self.saw(report)


class Track(Watch):
    """`rnnshape.watch(track=True)`: every axis of every call is followed."""

    track = True


class Check(Bare):
    """`@rnnshape.check` on the model."""

    stays = True

    @contextlib.contextmanager
    def standing(self, *models: nn.Module, like: tuple[object, ...]) -> Iterator[None]:
        import rnnshape

        reports = [rnnshape.report_of(rnnshape.check(model)) for model in models]
        del models
        try:
            yield
        finally:
            for report in reports:
                self.saw(report)


class Convert(Bare):
    """`rnnshape.nn.convert` of the model."""

    stays = True

    @contextlib.contextmanager
    def standing(self, *models: nn.Module, like: tuple[object, ...]) -> Iterator[None]:
        import rnnshape
        from rnnshape import _torch

        checking = importlib.import_module("rnnshape.nn.checking")
        before = checking._before

        @functools.partial(_torch.uncompiled, and_below=True)
        def counted(*args: Any) -> Any:
            kind, known = before(*args)
            self.looked += known is not None
            return kind, known

        for model in models:
            rnnshape.nn.convert(model)
            typed = [m for m in model.modules() if type(m).__module__ == "rnnshape.nn.layers" or _made_of_typed(m)]
            self.aside += ["a typed layer checks nothing while it is traced"] if typed else ["no layer of torch's own"]
        del models, model
        checking._before = counted
        try:
            yield
        finally:
            checking._before = before


def _made_of_typed(module: nn.Module) -> bool:
    return any(base.__module__ == "rnnshape.nn.layers" for base in type(module).__mro__)


class AssertLayout(Bare):
    """`rnnshape.assert_layout` within the models' own ``forward``."""

    @contextlib.contextmanager
    def standing(self, *models: nn.Module, like: tuple[object, ...]) -> Iterator[None]:
        import rnnshape
        from rnnshape.contracts.agreement import Agreement

        del models
        hold, held = Agreement.hold, situations.stated[0]

        def counted(*args: Any) -> Any:
            self.looked += 1
            return hold(*args)

        Agreement.hold, situations.stated[0] = counted, rnnshape.assert_layout
        self.aside.append("compiled and recorded code has no assertions")
        try:
            yield
        finally:
            Agreement.hold, situations.stated[0] = hold, held


class Whole(Bare):
    """A door that stands over the whole process: ``rnnshape run`` and ``pytest --rnnshape``."""

    @contextlib.contextmanager
    def standing(self, *models: nn.Module, like: tuple[object, ...]) -> Iterator[None]:
        from rnnshape.hooks.class_call import reporters

        del models
        before = {reporter: _calls(reporter.report) for reporter in reporters()}
        try:
            yield
        finally:
            for reporter, calls in before.items():
                self.saw(reporter.report)
                self.looked -= calls


def _calls(report: Any) -> int:
    return sum(event.calls for event in (*report.events, *report.failed))


DOORS: dict[str, tuple[str, type[Bare]]] = {
    "diagnose": ("`diagnose`", Diagnose),
    "predict": ("`predict`", Predict),
    "watch": ("`watch`", Watch),
    "track": ("`watch(track=True)`", Track),
    "check": ("`check`", Check),
    "run": ("`rnnshape run`", Whole),
    "pytest": ("`pytest --rnnshape`", Whole),
    "convert": ("`nn.convert`", Convert),
    "assert_layout": ("`assert_layout`", AssertLayout),
}
"""The columns of the table."""


def perform(name: str, door: str) -> dict[str, object]:
    """Do one situation through one door, and return what came of it and what is left."""
    at = Bare() if door == "bare" else DOORS[door][1]()
    records: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: records.append(record.getMessage())
    logging.getLogger("rnnshape").addHandler(handler)
    torch.manual_seed(0)
    random.seed(0)
    np.random.seed(0)
    torch.set_num_threads(1)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("default")
        result = SITUATIONS[name].run(at)
    logging.getLogger("rnnshape").removeHandler(handler)
    came = [*lines(result), *random_numbers()]
    places = {(w.category.__name__, str(w.message).splitlines()[0], Path(w.filename).name, w.lineno) for w in warned}
    came += [f"warned: {kind}: {message} at {file}:{line}" for kind, message, file, line in sorted(places)]
    del result, warned
    left = standing() if door not in ("run", "pytest") else []
    gc.collect()
    alive = sum(reference() is not None for reference in at.models)
    return {
        "came": [*came, f"models alive: {alive}"], "left": left, "looked": at.looked,
        "aside": sorted({*at.aside}), "found": sorted({*at.found}), "logged": records,
    }  # fmt: skip


# In a process of its own


def in_a_child(name: str, door: str, folder: Path) -> None:
    """Do one situation in this process, which is a fork, and write down what came of it."""
    answer = folder / "answer.json"
    if door in ("run", "pytest"):
        before = standing()
        _under(door, name, answer)
        written = json.loads(answer.read_text(encoding="utf-8"))
        written["left"] = [line for line in standing() if line not in before]
        answer.write_text(json.dumps(written), encoding="utf-8")
    else:
        before = standing()
        written = perform(name, door)
        written["left"] = [line for line in standing() if line not in before]
        answer.write_text(json.dumps(written), encoding="utf-8")


def _under(door: str, name: str, answer: Path) -> None:
    body = f"import json, pathlib, doors\nanswer = pathlib.Path({str(answer)!r})\n"
    work = f"answer.write_text(json.dumps(doors.perform({name!r}, {door!r})), encoding='utf-8')\n"
    if door == "run":
        from rnnshape.cli import main

        script = answer.with_name("script.py")
        script.write_text(body + work, encoding="utf-8")
        path, argv = [*sys.path], sys.argv
        with contextlib.suppress(SystemExit):
            main(["run", "--track", "3", str(script)], prog_name="rnnshape")
        sys.path[:], sys.argv = path, argv
    else:
        import pytest

        test = answer.with_name("test_cell.py")
        test.write_text(f"{body}def test_cell():\n    {work}", encoding="utf-8")
        (answer.with_name("pytest.ini")).write_text("[pytest]\n", encoding="utf-8")
        os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
        options = [
            "-q",
            "-s",
            "-p",
            "no:cacheprovider",
            "-p",
            "rnnshape.pytest_plugin",
            "--rnnshape",
            "--rootdir",
            str(answer.parent),
        ]
        if code := pytest.main([*options, "-c", str(answer.with_name("pytest.ini")), str(test)]):
            print("pytest ended with", code)
