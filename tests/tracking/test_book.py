"""The book, the marks in it, and the place where it is opened."""

from __future__ import annotations

import sys

import torch
from torch import nn

from rnnshape import Layout
from rnnshape.coordinates.mark import BATCH, Mark
from rnnshape.coordinates.tables import along
from rnnshape.layout.axes import Axis
from rnnshape.report.report import Report
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.book import Book
from rnnshape.tracking.place import Place
from rnnshape.tracking.track import Tracker


def opened() -> tuple[Book, Report]:
    report = Report()
    return Tracker(Reporter(report, "record"), lambda module: "net.rnn").book, report


def of_batch(x: torch.Tensor) -> Mark:
    return Mark(tuple(x.shape), {BATCH: along(x.size(0), 0, x.dim())})


def test_what_is_put_is_known_until_the_tensor_is_written_to_from_elsewhere() -> None:
    book, _ = opened()
    x = torch.zeros(3, 2)
    view = x[:]
    book.put(x, of_batch(x))
    assert book.mark(x) is not None
    assert book.mark(x.clone()) is None
    assert book.mark("x") is None
    view[0] = 1.0
    assert book.mark(x) is None


def test_putting_again_is_putting_where_the_kind_of_tensor_may_have_a_mark() -> None:
    book, report = opened()
    x, sparse = torch.zeros(3, 2), nn.Parameter(torch.zeros(3, 2).to_sparse())
    mark = of_batch(x)
    book.put_again(x, mark)
    assert book.mark(x) is mark
    assert mark.made is None, "the place is that of the tensor which was put first"
    parameter = nn.Parameter(torch.zeros(3, 2))
    book.put_again(parameter, of_batch(x))
    assert book.mark(parameter) is not None
    book.put_again(sparse, of_batch(x))
    assert book.mark(sparse) is None
    assert report.unfollowed == ("a result: a tensor of another kind (sparse_coo), whose axes are unknown",)


def test_putting_again_what_says_nothing_forgets() -> None:
    book, _ = opened()
    x = torch.zeros(3, 2)
    book.put(x, of_batch(x))
    book.put_again(x, Mark((3, 2)))
    assert book.mark(x) is None


def test_what_was_known_of_the_present_arguments_counts_before_what_is_known_since() -> None:
    book, _ = opened()
    x = torch.zeros(3, 2)
    before = of_batch(x)
    book.present = {id(x): before}
    assert book.mark(x) is before
    book.put(x, Mark((3, 2), {Axis("seq"): along(3, 0, 2)}))
    mark = book.mark(x)
    assert mark is not None
    assert [*mark.tables] == [Axis("seq")]


def test_axes_get_other_names_in_all_marks_and_those_of_the_present_operation() -> None:
    book, _ = opened()
    x, y = torch.zeros(3, 2), torch.zeros(3, 2)
    shared = of_batch(x)
    book.put(x, shared)
    book.put(y, shared)
    book.present = {id(x): shared}
    book.rename({BATCH: Axis("seq", "x")})
    marks = [book.mark(x), book.mark(y), book.present[id(x)]]
    assert all(mark is not None and [*mark.tables] == [Axis("seq", "x")] for mark in marks)
    assert marks[0] is marks[1] is marks[2], "what was one mark is one"


def test_a_target_that_a_model_is_given_is_none() -> None:
    book, _ = opened()
    x = torch.zeros(3, 2)
    book.put(x, Mark((3, 2), {BATCH: along(3, 0, 2)}, target=True))
    taken = book.taken(x)
    assert taken is not None
    assert not taken.target
    assert book.taken(torch.zeros(1)) is None


def test_one_weight_makes_one_axis() -> None:
    book, _ = opened()
    weight = torch.zeros(4, 4)
    assert book.made_by(weight) is None
    axis = book.fresh("hidden", weight)
    assert book.fresh("hidden", weight) == axis == book.made_by(weight)
    assert book.fresh("hidden") != book.fresh("hidden")


def test_copies_of_a_matrix_that_nobody_trains_make_one_axis() -> None:
    book, _ = opened()
    roads, copy, weight, other = torch.eye(3), torch.eye(3), nn.Parameter(torch.eye(3)), nn.Parameter(torch.eye(3))
    axis = book.fresh("node", roads)
    assert book.fresh("node", copy) == axis
    assert len({axis, book.fresh("node", weight), book.fresh("node", other), book.fresh("joint", torch.eye(3))}) == 4
    assert book.fresh("node", torch.ones(3, 3)) != axis
    assert book.fresh("node", torch.eye(4)) != axis


def test_a_place_is_looked_for_once_for_each_operation() -> None:
    place = Place(lambda module: "")
    assert place.calling_module() == ("", "")
    place.move(sys._getframe())
    first = place.here()
    assert first is not None
    assert first.code == "first = place.here()"
    assert place.here() is first
    place.move(sys._getframe())
    assert place.here() != first


def test_nothing_is_known_once_it_is_forgotten() -> None:
    tracker = Tracker(Reporter(Report(), "record"), lambda module: "")
    x = torch.zeros(3, 2)
    tracker.inputs.label(x, Layout.parse("batch=3 feature=2"))
    tracker.telling.step.told.add("RNS203")
    assert tracker.book.mark(x) is not None
    tracker.forget()
    assert tracker.book.mark(x) is None
    assert tracker.inputs.doubled(x) is x
    assert not tracker.telling.step.told
