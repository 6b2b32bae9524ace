"""Bugs as they are written, and their corrected twins: every bug is found, and no twin has a finding.

Each folder of tests/cases has case.json, buggy.py and fixed.py, which differ only by the correction, and findings.txt: every
word that is said of buggy.py, and of fixed.py where something is.
"""

from __future__ import annotations

import functools
import importlib.util
import inspect
import json
import pathlib
import re
import warnings
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from expected import Expected, report_text, sections  # noqa: E402
from thinned import NIGHTLY, every, thinned  # noqa: E402

import rnnshape  # noqa: E402

FOLDERS = sorted(f.parent for f in (pathlib.Path(__file__).parent / "cases").glob("*/case.json"))

MISSES: dict[str, str] = {
    "all-layers-in-classifier": "told at the loss, which its squeeze of two layers makes fail",
    "deep-clustering-labels-order": "rows of two products in different orders, which meet inside bmm",
    "hinge-positive-negative-broadcast": "(batch, 1) and (batch,) that nothing tells from a comparison of every pair",
    "malstm-norm-over-everything": "a scalar may be meant",
    "returns-discounted-over-batch": "a loop over dim 0 that adds up may be over anything",
    "stateful-without-detach": "one forward pass has no backward that fails; watch(track=) over two steps says RNS507",
    "tacotron-reduction-view": "steps that are cut up, and meet a target whose steps nobody named",
}
"""Bugs that are not found, with the reason. A false alarm is never listed: it is to be mended."""

VARIANTS = {
    "batch == seq": {"batch": 6, "seq": 6},
    "batch of one": {"batch": 1},
    "one step": {"seq": 1},
    "both one": {"batch": 1, "seq": 1},
}


def load(path: pathlib.Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"case_{path.parent.name}_{path.stem}".replace("-", "_"), path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def accepted(function: Any, sizes: dict[str, int]) -> dict[str, int]:
    names = inspect.signature(function).parameters
    return {k: v for k, v in sizes.items() if k in names}


def diagnose(path: pathlib.Path, **sizes: int) -> rnnshape.Report:
    case = load(path)
    torch.manual_seed(1)
    extra: dict[str, Any] = {}
    if hasattr(case, "make_target"):
        extra["target"] = case.make_target(**accepted(case.make_target, sizes))
        extra["target_axes"] = getattr(case, "TARGET_AXES", None)
        extra["loss"] = getattr(case, "loss_fn", None)
    if sizes and not NIGHTLY:
        extra["probe"] = False  # experiments take ten times as long, and each case is judged by them once
    inputs = case.make_inputs(**accepted(case.make_inputs, sizes))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what torch says of the models' own code
        report = rnnshape.diagnose(case.make_model(), *inputs, axes=case.INPUT_AXES, **extra)
    assert not [u for u in report.unfollowed if "made a mistake" in u], report.unfollowed
    return report


@functools.cache
def report_of(path: pathlib.Path) -> rnnshape.Report:
    """Diagnose a file of a case once for all tests of the process."""
    return diagnose(path)


def wrong(report: rnnshape.Report) -> list[Any]:
    return [f for f in report.findings if f.severity in ("error", "warning")]


def named(folder: pathlib.Path) -> str:
    """Name a case, with the codes that are expected of it, so that ``pytest -k RNS203`` finds the cases of a rule."""
    words = folder / "findings.txt"
    codes = re.findall(r"^(RNS\d+) ", words.read_text(), re.MULTILINE) if words.exists() else []
    return "-".join([folder.name, *sorted(set(codes))])


@pytest.fixture(scope="module", params=FOLDERS, ids=named)
def folder(request: pytest.FixtureRequest) -> pathlib.Path:
    return request.param


@pytest.fixture(scope="module")
def buggy(folder: pathlib.Path) -> rnnshape.Report:
    return report_of(folder / "buggy.py")


@pytest.fixture(scope="module")
def fixed(folder: pathlib.Path) -> rnnshape.Report:
    return report_of(folder / "fixed.py")


def test_the_bug_is_found(folder: pathlib.Path, buggy: rnnshape.Report) -> None:
    case = json.loads((folder / "case.json").read_text())
    found = [f for f in wrong(buggy) if f.code != "RNS000"]
    families = "".join(case["expected_families"]).replace("RNS", "") + "6"  # an experiment finds whatever there is
    hit = any(f.code[3] in families for f in found)
    if folder.name in MISSES and not hit:
        pytest.xfail(MISSES[folder.name])
    assert hit == (folder.name not in MISSES), found
    assert [f.code for f in found if f.code[3] in "2345" and not (f.suggestion or f.no_edit)] == []


def test_the_corrected_twin_has_no_finding(fixed: rnnshape.Report) -> None:
    assert fixed.exception is None
    assert wrong(fixed) == []


def test_every_word_is_expected(
    folder: pathlib.Path, buggy: rnnshape.Report, fixed: rnnshape.Report, expected: Expected
) -> None:
    said = {"buggy.py": report_text(buggy, folder), "fixed.py": report_text(fixed, folder)}
    expected(folder / "findings.txt", sections(said))


def test_no_words_are_expected_of_a_case_that_is_gone(expected: Expected) -> None:
    expected.no_others(FOLDERS[0].parent.glob("*/findings.txt"), [folder / "findings.txt" for folder in FOLDERS])


RESIZED = [folder for folder in FOLDERS if "def make_inputs()" not in (folder / "fixed.py").read_text()]


@pytest.mark.parametrize(
    ("folder", "variant"), thinned(RESIZED, VARIANTS), ids=lambda given: given if isinstance(given, str) else named(given)
)
def test_the_corrected_twin_has_no_finding_with_sizes_that_coincide(folder: pathlib.Path, variant: str) -> None:
    report = diagnose(folder / "fixed.py", **VARIANTS[variant])
    assert report.exception is None
    assert wrong(report) == []


@pytest.mark.parametrize("folder", every(2, FOLDERS), ids=named)
def test_outputs_are_bit_for_bit_the_same(folder: pathlib.Path) -> None:
    case = load(folder / "fixed.py")
    outputs: list[Any] = []
    for watched in (False, True):
        model = case.make_model()
        model.register_forward_hook(lambda module, args, output: outputs.append(output))
        torch.manual_seed(3)
        inputs = case.make_inputs()
        torch.manual_seed(4)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if watched:
                rnnshape.diagnose(model, *inputs, axes=case.INPUT_AXES)
            else:
                model(*inputs)
    assert len(outputs) == 2
    torch.testing.assert_close(outputs[0], outputs[1], rtol=0, atol=0)
