"""Correct models in the many styles that people write: no finding, not even a note, and outputs bit for bit the same.

What could not be followed in one stands beside it, in a file of its name.
"""

from __future__ import annotations

import functools
import importlib.util
import pathlib
import random
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from expected import Expected, report_text
from torch import Tensor, nn

import rnnshape

MODELS = sorted((pathlib.Path(__file__).parent / "right").glob("*.py"))


def load(path: pathlib.Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"right_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def seed(number: int) -> None:
    torch.manual_seed(number)
    random.seed(number)


def tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for item in value:
            yield from tensors(item)
    elif isinstance(value, dict):
        yield from tensors(list(value.values()))


def returned_by(model: nn.Module, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Keep what a model returns, itself and not its copies: no hook does, since a model with a hook is not experimented on."""
    outputs: list[Any] = []
    forward = type(model).forward

    @functools.wraps(forward)
    def kept(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
        output = forward(self, *args, **kwargs)
        if self is model:
            outputs.append(output)
        return output

    monkeypatch.setattr(type(model), "forward", kept)
    return outputs


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_correct_model_has_no_finding(path: pathlib.Path, expected: Expected, monkeypatch: pytest.MonkeyPatch) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what torch says of the models' own code
        bare, case = load(path), load(path)  # two, as some keep a state in the file
        extra = {"target": case.make_target(), "target_axes": case.TARGET_AXES} if hasattr(case, "make_target") else {}
        if hasattr(case, "loss_fn"):
            extra["loss"] = case.loss_fn
        model, inputs = bare.make_model(), bare.make_inputs()
        seed(4)
        bare_outputs = list(tensors(model(*inputs)))
        model, inputs = case.make_model(), case.make_inputs()
        outputs = returned_by(model, monkeypatch)
        seed(4)
        report = rnnshape.diagnose(model, *inputs, axes=case.INPUT_AXES, **extra)
    assert report.exception is None
    assert report.findings == ()
    assert not [what for what in report.unfollowed if "made a mistake" in what]
    torch.testing.assert_close(list(tensors(outputs[0])), bare_outputs, rtol=0, atol=0, equal_nan=True)
    expected(path.with_suffix(".txt"), report_text(report, path.parent))


def test_no_words_are_expected_of_a_model_that_is_gone(expected: Expected) -> None:
    expected.no_others(MODELS[0].parent.glob("*.txt"), [path.with_suffix(".txt") for path in MODELS])
