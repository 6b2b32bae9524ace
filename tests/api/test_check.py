"""`check` as a user writes it: what it finds, what it says, and its options."""

import inspect
import logging
from typing import Any

import pytest
import torch
from beartype import beartype
from checked import TURNED, Encoder, Plain, X, codes, fresh, in_the_repository, nobody_stands_in_classes  # noqa: F401
from jaxtyping import Float, TypeCheckError, jaxtyped
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

from rnnshape import ContractError, RNNShapeWarning, SpecError, SpecTypeError, check, report_of


def batches(*sizes: int) -> DataLoader:
    return DataLoader(TensorDataset(torch.randn(*sizes)), batch_size=6)


# What is found


MEANING = """\
RNS216 error: Encoder: x: the samples lie along dim 0, which is said to be seq, and not along dim 1
  annotated  seq=6    batch=9  ?=4
  known      batch=6  seq=9    ?=4
             ^
  x.transpose(0, 1) fits
  at tests/api/test_check.py:{line}, in {where}:  return model(x)
  see: rnnshape explain RNS216"""


def test_a_batch_first_tensor_where_seq_batch_is_annotated_is_found_though_every_size_agrees() -> None:
    model = check(Encoder())

    @check
    def step(x: Float[Tensor, "batch seq 4"]) -> Any:
        return model(x)

    with pytest.raises(ContractError) as caught:
        step(X)
    line = inspect.getsourcelines(step)[1] + 2
    where = "test_a_batch_first_tensor_where_seq_batch_is_annotated_is_found_though_every_size_agrees.<locals>.step"
    assert str(caught.value) == MEANING.replace("{line}", str(line)).replace("{where}", where)
    (finding,) = caught.value.findings
    assert (finding.code, [name for name, _ in finding.layouts]) == ("RNS216", ["annotated", "known"])
    assert codes(model) == ["RNS216"]


def test_the_right_call_is_silent() -> None:
    model = check(Encoder())

    @check
    def step(x: Float[Tensor, "batch seq 4"]) -> Any:
        return model(x.transpose(0, 1))

    assert step(X).shape == (6, 8)
    assert (codes(model), codes(step)) == ([], [])


def test_batches_of_a_dataloader_are_known_to_be_batch_first() -> None:
    model = check(Encoder())
    (x,) = next(iter(batches(12, 9, 4)))
    with pytest.raises(ContractError) as caught:
        model(x)
    assert str(caught.value).splitlines()[:4] == [
        "RNS216 error: Encoder: x: the samples lie along dim 0, which is said to be seq, and not along dim 1",
        "  annotated  seq=6    batch=9  ?=4",
        "  known      batch=6  ?=9      ?=4",
        "             ^",
    ]
    model = check(Encoder())
    for (x,) in batches(12, 9, 4):
        model(x.transpose(0, 1))
    assert codes(model) == []


def test_a_result_that_is_not_what_is_annotated_is_found() -> None:
    class Outputs(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(4, 8)

        def forward(self, x: Float[Tensor, "seq batch 4"]) -> Float[Tensor, "batch seq hidden"]:
            return self.rnn(x)[0]

    with pytest.raises(ContractError) as caught:
        check(Outputs())(torch.zeros(6, 6, 4))
    assert str(caught.value).splitlines()[0] == (
        "RNS216 error: Outputs: the result: the samples lie along dim 1, which is said to be seq, and not along dim 0"
    )
    with pytest.raises(ContractError) as caught:
        check(Outputs(), track=False)(TURNED)
    assert str(caught.value).splitlines()[0] == (
        "RNS215 error: Outputs: the result axis 'batch' is 9 and axis 'seq' is 6, expected 6 and 9"
    )


def test_sizes_and_dtypes_are_checked_with_the_text_of_jaxtyping_as_the_cause() -> None:
    model = check(Encoder(), track=False)
    with pytest.raises(ContractError) as caught:
        model(torch.zeros(9, 4, 6))
    assert [line for line in str(caught.value).splitlines() if " at tests" not in line] == [
        "RNS215 error: Encoder: x dim 2 is 6, expected 4",
        "  expected  (seq=9, batch=4, 4)",
        "  got       (    9,       4, 6)",
        "                             ^",
        "  x.transpose(1, 2) fits",
        "  see: rnnshape explain RNS215",
    ]
    assert type(caught.value.__cause__) is TypeCheckError
    assert str(caught.value.__cause__) == "the dimension size 6 does not equal 4 as expected by the type hint"
    with pytest.raises(ContractError) as caught:
        model(TURNED.int())
    first = str(caught.value).splitlines()[0]
    assert first == "RNS215 error: Encoder: x is int32 (9, 6, 4), annotated Float[Tensor, 'seq batch 4']"
    with pytest.raises(ContractError) as caught:
        model([TURNED])
    assert str(caught.value).splitlines()[0] == "RNS215 error: Encoder: x is a list, annotated Float[Tensor, 'seq batch 4']"


def test_the_result_is_held_against_the_arguments() -> None:
    @check
    def pool(x: Float[Tensor, "batch seq 4"]) -> Float[Tensor, "batch 4"]:
        return x.sum(0)

    with pytest.raises(ContractError) as caught:
        pool(X)
    assert str(caught.value).splitlines()[0].endswith("pool: the result axis 'batch' is 9, expected 6")


def test_the_contract_of_every_layer_inside_is_checked() -> None:
    model = check(Plain())
    with pytest.raises(ContractError) as caught:
        model(torch.zeros(6, 9, 5))
    assert str(caught.value).splitlines()[0] == "RNS102 error: rnn (GRU): input axis 'feature' is 5, expected input_size=4"
    assert [event.calls for event in report_of(model).failed] == [1]


def test_every_axis_is_followed_for_the_first_calls() -> None:
    for track, calls in ((3, 3), (1, 1), (True, 5), (False, 0)):
        model = check(Plain(right=False), axes="batch seq feature", track=track, on="record")
        for _ in range(5):
            model(X)
        assert [(f.code, f.count) for f in report_of(model).findings] == ([("RNS203", calls)] if calls else [])
        assert [event.calls for event in report_of(model).events] == [5]
    assert torch._C._len_torch_function_stack() == 0


def test_the_right_model_is_silent() -> None:
    model = check(Plain(), axes="batch seq feature", track=True)
    for _ in range(3):
        model(X)
    assert (codes(model), report_of(model).unfollowed) == ([], ())


def test_axes_come_from_a_loader_where_nothing_is_annotated() -> None:
    model = check(Plain(right=False), on="record")
    for (x,) in batches(12, 9, 4):
        model(x)
    assert codes(model) == ["RNS203"]


# Options


def test_sizes_that_axes_state_are_checked_and_bound() -> None:
    @check(axes={"x": "batch seq feature=4", "lengths": "batch"})
    def step(x, lengths=None, *, scale=1):
        return x

    step(X)
    step(X, torch.ones(6), scale=2)
    for args, message in (
        ((X, torch.ones(5)), "lengths axis 'batch' is 5, expected 6"),
        ((X.transpose(1, 2),), "x axis 'feature' is 9, expected 4"),
        ((X[0],), "x has 2 dims, expected 3"),
    ):
        with pytest.raises(ContractError) as caught:
            step(*args)
        assert str(caught.value).splitlines()[0].endswith(f"step: {message}")


def test_axes_are_given_by_position_without_self() -> None:
    class Model(Plain):
        @check(axes="batch seq feature", on="record", track=True)
        def forward(self, x):
            return super().forward(x)

    model = Model(right=False)
    model(X)
    assert codes(Model.forward) == ["RNS203"]
    (finding,) = report_of(Model.forward).findings
    assert finding.module == "fc"


@pytest.mark.parametrize("axes", [("batch seq feature",), (None, "batch seq feature")])
def test_a_module_among_the_arguments_may_have_an_entry_or_none(axes: Any) -> None:
    @check(axes=axes)
    def step(model: nn.Module, x: Tensor, scale: float = 1.0) -> Tensor:
        return model(x) * scale

    layer = nn.Linear(4, 3)
    step(layer, torch.zeros(6, 9, 4), 2.0)
    with pytest.raises(ContractError) as told:
        step(nn.Softmax(dim=0), torch.zeros(6, 9, 4), 2.0)
    assert codes(step) == ["RNS206"]
    assert told.value.findings[0].code == "RNS206"


def test_axes_stand_in_for_annotations() -> None:
    model = check(Encoder(), axes="batch seq 4", on="record")
    model(X)
    assert codes(model) == ["RNS201"], "the axes are those that the call has; the layer reads them the other way round"


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"on": "shout"}, SpecError, "on='shout': use one of 'raise', 'warn', 'log', 'record'"),
        ({"track": -1}, SpecError, "track=-1: a number of steps is needed, or True or False"),
        ({"ignore": "RNS112"}, SpecError, "ignore='RNS112': a list of codes is needed, as in ignore=['RNS112']"),
        (
            {"axes": "batch (seq"},
            SpecError,
            "axes: cannot read this layout: this '(' is never closed\n  batch (seq\n        ^",
        ),
        ({"axes": {"y": "batch"}}, SpecError, "axes: Plain.forward takes no 'y', but x"),
    ],
)
def test_an_option_that_is_none(options: dict[str, Any], kind: type[Exception], message: str) -> None:
    with pytest.raises(kind) as caught:
        check(Plain(), **options)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (3, "check takes a class of nn.Module, a module or a function; got a value of type int"),
        ("step", "check takes a class of nn.Module, a module or a function; got a value of type str"),
        (dict, "check takes a class of nn.Module, a module or a function; got a class dict, which is no nn.Module"),
        (property(len), "check takes a class of nn.Module, a module or a function; got a value of type property"),
    ],
)
def test_a_target_that_is_none(target: Any, message: str) -> None:
    with pytest.raises(SpecTypeError) as caught:
        check(target)
    assert str(caught.value) == message


def test_a_report_of_nothing() -> None:
    with pytest.raises(SpecTypeError) as caught:
        report_of(Plain())
    assert str(caught.value) == "report_of: a Plain is not checked; put rnnshape.check around it, and unset RNNSHAPE=off"


def test_the_report_of_a_model_whose_class_is_checked_is_that_of_the_class() -> None:
    @check
    class Checked(Plain):
        pass

    model = Checked()
    assert report_of(model) is report_of(Checked)
    one = check(Checked())
    assert report_of(one) is not report_of(Checked)


def test_findings_are_warned_of_or_logged_and_the_model_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    def step(x: Float[Tensor, "batch 4"]) -> Tensor:
        return x * 2

    with pytest.warns(RNNShapeWarning) as warned:
        assert check(step, on="warn")(torch.ones(6, 5)).shape == (6, 5)
    assert [str(w.message).splitlines()[0].rpartition(".")[2] for w in warned] == ["step: x dim 1 is 5, expected 4"]
    assert warned[0].filename.endswith("test_check.py")
    check(step, on="log")(torch.ones(6, 5))
    (record,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert record.rnnshape.code == "RNS215"


def test_codes_are_ignored_everywhere_or_on_a_line() -> None:
    check(Encoder(), ignore=["RNS215"], track=False)(torch.zeros(9, 6, 4).double().float())
    model = check(Encoder(), ignore=["rns215", "RNS102"], track=False)
    with pytest.raises(RuntimeError) as caught:
        model(torch.zeros(9, 6, 5))
    assert not isinstance(caught.value, ContractError)

    @check
    def step(x: Float[Tensor, "batch 4"]) -> Tensor:
        return x

    step(torch.zeros(6, 5))  # rnnshape: ignore[RNS215]
    assert codes(step) == []


def test_an_unbatched_sequence_that_is_annotated_so_is_no_surprise() -> None:
    class Unbatched(Encoder):
        def forward(self, x: Float[Tensor, "seq 4"]) -> Float[Tensor, "hidden"]:
            return self.rnn(x)[1][-1]

    for track in (True, False):
        model = check(fresh(Unbatched)(), track=track)
        model(torch.zeros(9, 4))
        assert codes(model) == []
    with pytest.warns(RNNShapeWarning):
        check(nn.GRU(4, 8))(torch.zeros(9, 4))


def first_of_a_batch(track: bool) -> Any:
    """Return a checked function that takes a sequence as it is, and makes one of a batch."""

    @check(on="record", track=track)
    def encode(rnn: nn.Module, x: Float[Tensor, "seq 4"] | Float[Tensor, "seq batch 4"]) -> Any:
        return rnn(x if x.dim() == 2 else x[:, 0])

    return encode


@pytest.mark.parametrize("track", [False, True])
def test_a_call_without_batch_says_nothing_of_the_next(track: bool) -> None:
    encode, rnn = first_of_a_batch(track), nn.GRU(4, 8)
    for _ in range(2):
        encode(rnn, torch.zeros(9, 4))
    assert codes(encode) == []
    for _ in range(2):
        encode(rnn, TURNED)
    assert codes(encode) == ["RNS112"]
    encode(nn.GRU(4, 8), TURNED)
    assert codes(encode) == ["RNS112", "RNS112"], "of another layer as well"


@pytest.mark.parametrize("track", [False, True])
def test_a_call_with_a_batch_says_nothing_of_one_without(track: bool) -> None:
    encode, rnn = first_of_a_batch(track), nn.GRU(4, 8)
    encode(rnn, TURNED)
    (before,) = report_of(encode).findings
    for _ in range(2):
        encode(rnn, torch.zeros(9, 4))
    assert report_of(encode).findings == (before,)
    assert [event.calls for event in report_of(encode).events] == [3]


def test_within_itself_each_call_says_what_it_means() -> None:
    rnn = nn.GRU(4, 8)

    @check(on="record", track=False)
    def encode(x: Float[Tensor, "seq 4"] | Float[Tensor, "seq batch 4"]) -> Any:
        return rnn(x) if x.dim() == 2 else [encode(x[:, 0]), rnn(x[:, 0])]

    encode(TURNED)
    (finding,) = report_of(encode).findings
    assert (finding.code, finding.count) == ("RNS112", 1)
    assert [event.calls for event in report_of(encode).events] == [2]


# The user's own checks


def test_what_jaxtyped_checks_is_not_checked_twice_but_what_it_means_is() -> None:
    seen = []

    class Counted(Encoder):
        @jaxtyped(typechecker=beartype)
        def forward(self, x: Float[Tensor, "seq batch 4"]) -> Float[Tensor, "batch hidden"]:
            seen.append(x)
            return self.rnn(x)[1][-1]

    model = check(Counted())
    with pytest.raises(TypeCheckError):
        model(torch.zeros(9, 6, 5))
    assert codes(model) == []
    (x,) = next(iter(batches(12, 9, 4)))
    with pytest.raises(ContractError) as caught:
        model(x)
    assert caught.value.findings[0].code == "RNS216"


def test_annotations_are_read_through_other_decorators() -> None:
    @check
    @torch.no_grad()
    def step(x: Float[Tensor, "batch 4"]) -> Tensor:
        return x

    with pytest.raises(ContractError):
        step(torch.zeros(6, 5))


def test_an_annotation_that_cannot_be_evaluated_is_said_to_be_unfollowed() -> None:
    @check
    def step(x: "Float[Tensor, 'batch 4']", y: "Nowhere") -> Tensor:
        return x

    step(torch.zeros(6, 4), 1)
    assert len(report_of(step).unfollowed) == 1
    assert report_of(step).unfollowed[0].endswith("step: the annotation of y cannot be evaluated")
    with pytest.raises(ContractError):
        step(torch.zeros(6, 5), 1)


def test_annotations_of_sizes_of_the_instance() -> None:
    class Sized(nn.Module):
        def __init__(self, size: int) -> None:
            super().__init__()
            self.size = size

        def forward(self, x: Float[Tensor, "batch {self.size}"]) -> Float[Tensor, "batch {self.size}"]:
            return x

    checked = check(Sized)
    checked(4)(torch.zeros(6, 4))
    checked(5)(torch.zeros(6, 5))
    with pytest.raises(ContractError):
        checked(5)(torch.zeros(6, 4))
