import torch

from rnnshape.coordinates.mark import ROWS, Mark
from rnnshape.coordinates.reading import layout_of, readable
from rnnshape.coordinates.tables import along
from rnnshape.layout.axes import Axis


def of_two_sequences(first: Axis, second: Axis) -> Mark:
    tables = {Axis("batch"): along(2, 0, 3), first: along(3, 1, 3), second: along(3, 2, 3)}
    return Mark((2, 3, 3), tables)


def test_steps_of_two_sequences_are_named_by_the_input_that_each_came_from():
    mark = of_two_sequences(Axis("seq", "question.1/3"), Axis("seq", "answer.1/3"))
    assert str(layout_of(mark)) == "batch=2 seq@question=3 seq@answer=3"


def test_where_one_of_two_came_from_no_input_neither_is_told():
    mark = of_two_sequences(Axis("seq", "question"), Axis("seq", "#2"))
    assert str(layout_of(mark)) == "batch=2 seq=3 seq=3"


def test_an_axis_that_lies_nowhere_is_no_reason_to_tell_another_apart():
    mark = of_two_sequences(Axis("seq", "question"), Axis("class"))
    mark.tables[Axis("seq", "answer")] = torch.zeros(1, 1, 1, dtype=torch.long)
    assert str(layout_of(mark)) == "batch=2 seq=3 class=3"


def test_steps_of_layers_are_read_as_those_of_sequences():
    mark = of_two_sequences(Axis("step", "question"), Axis("step", "answer"))
    assert str(layout_of(mark)) == "batch=2 step@question=3 step@answer=3"
    assert str(readable(mark)) == "batch=2 seq@question=3 seq@answer=3"


def test_what_a_layer_took_for_its_batch_is_shown_where_nobody_knows_better():
    assumed = Mark((2, 3), {Axis(ROWS): along(3, 1, 2)})
    known = Mark((2, 3), {Axis(ROWS): along(3, 1, 2), Axis("batch"): along(2, 0, 2)})
    assert str(layout_of(assumed, ("batch", ROWS))) == "?=2 batch=3"
    assert str(layout_of(known, ("batch", ROWS))) == "batch=2 ?=3"
