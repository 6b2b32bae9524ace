"""Nobody names an axis: every case and every correct model as most people have it, without a DataLoader and with one.

No corrected twin and no correct model is blamed, and of the bugs so many are found as the README says.
"""

from __future__ import annotations

import functools
import pathlib
import random
import warnings
from collections.abc import Callable, Sequence

import pytest
import torch
from test_cases import FOLDERS, load
from test_right import MODELS
from thinned import every, thinned
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

import rnnshape

FOUND = {"diagnose": 0.65, "loader": 0.8}
"""The part of the bugs that is found at least, by each way."""


def diagnosed(path: pathlib.Path) -> rnnshape.Report:
    """Diagnose a model and its loss without a word about axes, by the rules alone."""
    case = load(path)
    seed()
    extra = {"target": case.make_target(), "loss": getattr(case, "loss_fn", None)} if hasattr(case, "make_target") else {}
    return rnnshape.diagnose(case.make_model(), *case.make_inputs(), probe=False, **extra)


class Samples(Dataset[tuple[Tensor, ...]]):
    """The samples of some tensors, each of which has its batch at a dim of its own."""

    def __init__(self, values: Sequence[Tensor], dims: Sequence[int]) -> None:
        self.values, self.dims = values, dims

    def __len__(self) -> int:
        return self.values[0].size(self.dims[0])

    def __getitem__(self, at: int) -> tuple[Tensor, ...]:
        return tuple(value.select(dim, at).clone() for value, dim in zip(self.values, self.dims, strict=True))


def together(dims: Sequence[int], samples: Sequence[tuple[Tensor, ...]]) -> list[Tensor]:
    """Make a batch, as a collate function of the user's does."""
    return [torch.stack(same, dim) for same, dim in zip(zip(*samples, strict=True), dims, strict=True)]


def loaded(path: pathlib.Path) -> rnnshape.Report | None:
    """Watch a training step whose batch comes from a DataLoader; None where some tensor has no dim for its samples."""
    case = load(path)
    seed()
    values, axes = [*case.make_inputs()], [*case.INPUT_AXES]
    has_target = hasattr(case, "make_target") and getattr(case, "loss_fn", None) is not None
    if has_target:
        values.append(case.make_target())
        axes.append(getattr(case, "TARGET_AXES", None))
    if not all(isinstance(v, Tensor) and isinstance(a, tuple) and "batch" in a for v, a in zip(values, axes, strict=False)):
        return None
    dims = [names.index("batch") for names in axes]
    if len(values) != len(dims) or len({v.size(d) for v, d in zip(values, dims, strict=True)}) != 1:
        return None
    model, size = case.make_model(), values[0].size(dims[0])
    with rnnshape.watch(track=1, on="record") as report:  # as `rnnshape run` does
        for batch in DataLoader(Samples(values, dims), size, collate_fn=functools.partial(together, dims)):
            inputs, target = (batch[:-1], batch[-1]) if has_target else (batch, None)
            try:
                output = model(*inputs)
                if has_target:
                    case.loss_fn(output, target)
            except Exception as error:  # many a bug is one that torch raises for
                report.exception = error
    return report


def seed() -> None:
    torch.manual_seed(1)
    random.seed(1)


WAYS: dict[str, Callable[[pathlib.Path], rnnshape.Report | None]] = {"diagnose": diagnosed, "loader": loaded}

CASES = thinned(FOLDERS, WAYS)
"""The cases, each with a way to run it; with all ways in the nightly run."""


def said(way: str, path: pathlib.Path) -> tuple[str, ...] | None:
    """Return the codes of what is wrong; None where there is no such way."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what torch says of the models' own code
        report = WAYS[way](path)
    if report is None:
        return None
    assert not [what for what in report.unfollowed if "made a mistake" in what], report.unfollowed
    return tuple(f.code for f in report.findings if f.severity in ("error", "warning"))


@pytest.mark.parametrize(("folder", "way"), CASES, ids=lambda value: getattr(value, "name", value))
def test_no_corrected_twin_is_blamed(folder: pathlib.Path, way: str) -> None:
    found = said(way, folder / "fixed.py")
    if found is None:
        pytest.skip("its samples cannot be taken apart")
    assert found == ()


@pytest.mark.parametrize(("path", "way"), thinned(MODELS, WAYS), ids=lambda value: getattr(value, "stem", value))
def test_no_correct_model_is_blamed(path: pathlib.Path, way: str) -> None:
    found = said(way, path)
    if found is None:
        pytest.skip("its samples cannot be taken apart")
    assert set(found) <= ALLOWED.get(path.stem, set())


ALLOWED = {"unbatched_per_sample": {"RNS112"}}
"""What is said of a correct model as long as nobody names its axes: a loop over the samples looks like a forgotten batch."""


@pytest.mark.parametrize("way", WAYS)
def test_most_bugs_are_found(way: str) -> None:
    tried = [found for folder, by in every(3, CASES) if by == way and (found := said(way, folder / "buggy.py")) is not None]
    found = [codes for codes in tried if set(codes) - {"RNS000"}]
    print(f"{way}: {len(found)} of {len(tried)} bugs are found, nobody naming an axis")
    assert len(found) >= FOUND[way] * len(tried)
