"""Correct models in the many styles that people write: no finding of a rule, not even a note, and outputs bit for bit the same.

What could not be followed in one stands beside it, in a file of its name, and so does a fact that experiments show: a model
may let samples meet on purpose, and then that is said, as a note.
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
from thinned import every
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


FACTS = ("RNS601", "RNS602", "RNS605")
"""What experiments say of models that let samples meet, go by the place of one, or compare the targets of several."""

UNTRIED = (
    "all_ones_sizes", "batch_one", "batch_one_axis_named", "bilstm_crf_tutorial_one_sentence", "list_inputs_pad_sequence",
    "memory_deque_attention", "nodes_of_one_graph_by_a_cell", "pieces_of_one_series_side_by_side", "sgan_right_with_pool",
    "social_pooling", "stored_states_of_single_steps", "tutorial_translation_batch1", "z_portfolio_softmax_assets",
)  # fmt: skip
"""Models of which no sample is changed: they are given one, a list, or no axis of samples, or remember the runs before."""

RETURNED: list[tuple[int, Any]] = []
"""What each call of a model has returned, behind the id of the model."""


def keep_what_is_returned(kind: type[nn.Module], monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what models return. No hook does, and no closure over a list: a model with one of these is not experimented on."""
    forward = kind.forward

    @functools.wraps(forward)
    def kept(self: nn.Module, *args: Any, **kwargs: Any) -> Any:
        output = forward(self, *args, **kwargs)
        RETURNED.append((id(self), output))
        return output

    RETURNED.clear()
    monkeypatch.setattr(kind, "forward", kept)


@pytest.fixture
def studied(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Return what came of experiments."""
    module = importlib.import_module("rnnshape.api.diagnose")
    made: list[Any] = []
    study = module.study

    def counted(*args: Any) -> object:
        made.append(study(*args))
        return made[-1]

    monkeypatch.setattr(module, "study", counted)
    return made


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_correct_model_has_no_finding(
    path: pathlib.Path, expected: Expected, studied: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
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
        keep_what_is_returned(type(model), monkeypatch)
        seed(4)
        report = rnnshape.diagnose(model, *inputs, axes=case.INPUT_AXES, **extra)
    assert report.exception is None
    assert [found for found in report.findings if found.severity != "info" or found.code not in FACTS] == []
    assert [made.samples is None for made in studied] == [path.stem in UNTRIED]
    assert not [what for what in report.unfollowed if "made a mistake" in what]
    outputs = [output for of, output in RETURNED if of == id(model)]
    torch.testing.assert_close(list(tensors(outputs[0])), bare_outputs, rtol=0, atol=0, equal_nan=True)
    expected(path.with_suffix(".txt"), report_text(report, path.parent))


def of_one_sample(value: Any, axes: Any) -> Any:
    """Return what a model is given with the first of its samples alone, as far as its axes say where they lie."""
    if isinstance(value, Tensor):
        names = axes.split() if isinstance(axes, str) else axes or ()
        dims = [dim for dim, name in enumerate(names) if name == "batch"] if len(names) == value.dim() else []
        for dim in dims:
            value = value.narrow(dim, 0, 1).clone()
    elif isinstance(value, dict) and isinstance(axes, dict):
        return {key: of_one_sample(item, axes.get(key)) for key, item in value.items()}
    elif isinstance(value, (tuple, list)) and isinstance(axes, (tuple, list)) and len(value) == len(axes):
        return type(value)(of_one_sample(item, entry) for item, entry in zip(value, axes, strict=True))
    return value


@pytest.mark.parametrize("path", every(8, MODELS), ids=lambda path: path.stem)
@pytest.mark.parametrize("is_named", [True, False], ids=["named", "nobody has named"])
def test_nothing_is_measured_of_a_correct_model_that_is_given_one_sample(path: pathlib.Path, is_named: bool) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        case = load(path)
        model, inputs = case.make_model(), of_one_sample([*case.make_inputs()], [*case.INPUT_AXES])
        seed(4)
        report = rnnshape.diagnose(model, *inputs, axes=case.INPUT_AXES if is_named else None)
    assert [found for found in report.findings if found.code in ("RNS607", "RNS610") and found.severity != "info"] == []


def test_no_words_are_expected_of_a_model_that_is_gone(expected: Expected) -> None:
    expected.no_others(MODELS[0].parent.glob("*.txt"), [path.with_suffix(".txt") for path in MODELS])
