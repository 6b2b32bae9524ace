"""Every registered operation against what is measured: where elements went, and on which samples they depend."""

from __future__ import annotations

import pytest
import torch
from dependences import COMPUTED, CUBE, LOSSES, POINTWISE, SILENT, S
from elements import check_dependence, check_elements, dispatched, leaves, numbered, placements, sources
from operations import EINOPS, MOVEMENT, weights

from rnnshape.coordinates.mark import CHOICE, RANKED
from rnnshape.operations.followed import OPERATIONS
from rnnshape.operations.pointwise import is_pointwise, makes_new_values
from rnnshape.operations.writing import overwrite

pytestmark = pytest.mark.filterwarnings("ignore:index_reduce")

NEW = {name for name, handler in OPERATIONS.items() if handler is makes_new_values}
GRAPH = {"backward", "grad"}  # moves and computes no elements; see tests/rules/test_carrying.py
DRAWN = {"_standard_gamma", "bernoulli", "bernoulli_", "multinomial", "normal", "poisson", "rand"}  # elements from nowhere
OVERWRITTEN = {name for name, handler in OPERATIONS.items() if handler is overwrite}

MOVED = [pytest.param(name, *case, id=f"{name}-{i}") for name, cases in MOVEMENT.items() for i, case in enumerate(cases)]
COMPUTES = [pytest.param(name, *case, id=f"{name}-{i}") for name, cases in COMPUTED.items() for i, case in enumerate(cases)]


def test_every_operation_has_an_oracle():
    assert set(OPERATIONS) - set(MOVEMENT) - set(COMPUTED) - set(LOSSES) - NEW - DRAWN - OVERWRITTEN == GRAPH


@pytest.mark.parametrize(("name", "sizes", "func"), MOVED)
def test_elements_are_where_the_tables_say(name, sizes, func):
    assert name in dispatched(lambda: func(numbered(*sizes)))
    for following, x, true in sources(sizes):
        with following:
            results = list(leaves(func(x)))
        assert not following._off
        assert results
        for result in results:
            check_elements(following.book.mark(result), result, true)


@pytest.mark.parametrize(("sizes", "func"), EINOPS)
def test_einops_goes_through_torch(sizes, func):
    for following, x, true in sources(sizes):
        with following:
            result = func(x)
        check_elements(following.book.mark(result), result, true)


@pytest.mark.parametrize(("name", "shapes", "func"), COMPUTES)
def test_claimed_samples_are_those_that_an_element_depends_on(name, shapes, func, request):
    inputs = [weights(*shape) + i for i, shape in enumerate(shapes)]
    seen = dispatched(lambda: func(*[x.clone() for x in inputs]))
    assert name in seen
    claims = [check_dependence(func, inputs, dims, S, mixes=name == "batch_norm") for dims in placements(shapes, S)]
    case = request.node.callspec.id
    assert (max(claims) > 0) == (case not in SILENT), (
        "it never claims anything" if case not in SILENT else "it does claim something"
    )


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_belongs_to_no_sample(name):
    assert name in dispatched(lambda: LOSSES[name](weights(3, 3)))
    for dim in (0, 1):
        assert check_dependence(LOSSES[name], [weights(3, 3)], [dim], S) == 0


@pytest.mark.parametrize("name", POINTWISE)
@pytest.mark.parametrize("shapes", [(CUBE, CUBE), (CUBE, (3,)), (CUBE, (3, 1)), ((3, 3), (3, 3))], ids=str)
def test_pointwise(name, shapes):
    func, inputs = POINTWISE[name], [weights(*shape) for shape in shapes]
    if name != "contiguous" or len(shapes[0]) == 2:
        assert name in dispatched(lambda: func(*inputs))
        assert is_pointwise(name) or name in ("max", "min")
        claims = [check_dependence(func, inputs, dims, S) for dims in placements(shapes, S)]
        assert max(claims) > 0


def test_what_is_overwritten_is_unknown():
    calls = {
        "fill_": lambda x: x.fill_(1),
        "zero_": lambda x: x.zero_(),
        "normal_": lambda x: x.normal_(),
        "uniform_": lambda x: x.uniform_(),
        "random_": lambda x: x.random_(),
        "data.set": lambda x: setattr(x, "data", torch.zeros(4, 3)),
        "set_": lambda x: x.set_(torch.zeros(4, 3)),
        "resize_": lambda x: x.resize_(4, 3),
    }
    assert set(calls) == OVERWRITTEN
    for call in calls.values():
        for following, x, _ in sources((4, 3)):
            with following:
                y = x.clone()
                assert following.book.mark(y) is not None
                call(y)
            assert following.book.mark(y) is None


def test_what_is_drawn_belongs_to_the_row_that_it_is_drawn_by():
    for following, x, _ in sources((4, 3)):
        with following:
            rows, each, counts = x.abs().multinomial(2, replacement=True), (x * 0).bernoulli(), torch.poisson(x.abs())
        before = following.book.mark(x).tables
        assert following.book.mark(each).tables == following.book.mark(counts).tables == before
        kept = {axis.name: table for axis, table in before.items() if table.size(1) == 1}
        drawn = following.book.mark(rows)
        if "batch" in kept:  # what is drawn by scores of a sample is its choice
            kept[CHOICE] = kept["batch"]
        found = {axis.name: table for axis, table in (drawn.tables if drawn else {}).items()}
        assert int(found.pop(RANKED)) == 3, "among how many"
        assert found == kept


def test_new_values_belong_to_nobody():
    made = {
        "zeros_like": torch.zeros_like,
        "new_zeros": lambda x: x.new_zeros(4, 3),
        "unique": lambda x: x.unique(),
        "nonzero": lambda x: x.nonzero(),
        "item": lambda x: x[0, 0].item(),
    }
    assert set(made) <= NEW
    for call in made.values():
        for following, x, _ in sources((4, 3)):
            with following:
                for result in leaves(call(x)):
                    assert following.book.mark(result) is None
            assert following._report.unfollowed == ()
