"""The garbage collector while much is imported."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from torch import nn

from rnnshape import predict
from rnnshape._torch import uncollected


@pytest.fixture(params=[True, False], ids=["on", "off"])
def was_on(request: pytest.FixtureRequest) -> Iterator[bool]:
    (gc.enable if request.param else gc.disable)()
    yield request.param
    gc.enable()


def test_the_collector_is_off_and_then_as_it_was(was_on: bool) -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled() is was_on


def test_it_is_as_it_was_where_an_import_fails(was_on: bool) -> None:
    with pytest.raises(ImportError), uncollected():
        raise ImportError
    assert gc.isenabled() is was_on


def test_a_dry_run_leaves_it_as_it_was(was_on: bool) -> None:
    seen: list[bool] = []

    class Looks(nn.Module):
        def forward(self, x: object) -> object:
            seen.append(gc.isenabled())
            return x

    predict(Looks(), "batch=2 feature=3")
    assert set(seen) == {was_on}
    assert gc.isenabled() is was_on
