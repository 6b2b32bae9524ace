"""`assert_layout` and `layouts`: sizes, names that are bound, and meaning while a tracker is on."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch._dynamo.utils import counters

import rnnshape as rs
from rnnshape import Layout, LayoutAssertionError, LayoutSyntaxError, SpecError, SpecTypeError, assert_layout, layouts

X = torch.zeros(6, 9, 4)


def told(x: Any, layout: str, **sizes: int) -> str:
    with pytest.raises(LayoutAssertionError) as caught:
        assert_layout(x, layout, **sizes)
    assert isinstance(caught.value, AssertionError)
    assert isinstance(caught.value, rs.LayoutError)
    return str(caught.value)


# Sizes


@pytest.mark.parametrize("x", [X, X.numpy(), nn.Parameter(X), X.to("meta"), np.float64(1).reshape(1, 1, 1).repeat(4, 2)])
def test_what_is_right_comes_back(x: Any) -> None:
    assert assert_layout(x, "batch seq feature=4") is x
    assert assert_layout(x, Layout.parse("N T ?=4")) is x
    assert assert_layout(x, "batch seq (directions=2 hidden=2)") is x
    assert assert_layout(x, "batch seq ?=2*H", H=2) is x


def test_sizes_may_be_stated_by_axis_by_symbol_or_in_another_spelling() -> None:
    assert_layout(X, "batch seq feature=4", batch=6)
    assert_layout(X, "N T feature=4", batch=6, T=9)
    assert_layout(X, "batch=B seq 4", B=6)
    assert_layout(torch.tensor(0.0), "")


TURNED = """\
x axis 'feature' is 9, expected 4; x.transpose(1, 2) fits
  expected  (batch=6, seq=4, feature=4)
  got       (      6,     4,         9)
                                     ^"""


def test_a_wrong_size_is_told_with_the_exchange_that_fits() -> None:
    assert told(X.transpose(1, 2), "batch seq feature=4") == TURNED
    assert told(X.numpy().swapaxes(1, 2), "batch seq feature=4") == TURNED.replace("transpose", "swapaxes")


def test_who_said_a_size() -> None:
    assert told(X, "batch seq 4", batch=5) == (
        "x axis 'batch' is 6, expected 5\n"
        "  expected  (batch=5, seq=9, 4)\n"
        "  got       (      6,     9, 4)\n"
        "                   ^\n"
        "  batch=5  from batch=5, which is stated here"
    )


def test_a_wrong_number_of_dims() -> None:
    assert told(X[0], "batch seq feature") == "x has 2 dims, expected 3\n  expected  (batch, seq, feature)\n  got       (9, 4)"


def test_a_size_that_a_product_does_not_divide() -> None:
    message = told(torch.zeros(7, 5), "batch (directions=2 hidden)")
    assert message.startswith("x axis 'directions*hidden' is 5, expected 2*hidden\n")


def test_a_product_of_open_sizes_says_nothing() -> None:
    assert_layout(torch.zeros(54, 4), "(batch seq) feature")


def test_the_same_name_twice_has_one_size() -> None:
    assert_layout(torch.zeros(3, 3), "n n")
    assert told(torch.zeros(3, 4), "n n").startswith("x axis 'n' is 4, expected 3\n")


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (lambda: assert_layout([1, 2], "n"), SpecTypeError, "assert_layout takes a tensor or an array; got a list"),
        (
            lambda: assert_layout(X, "batch seq 4", hiden=3, batch=6),
            SpecError,
            "assert_layout: no axis of 'batch seq ?=4' has the size 'hiden'",
        ),
        (
            lambda: assert_layout(X, "batch sequ 4", seq=3),
            SpecError,
            "assert_layout: no axis of 'batch sequ ?=4' has the size 'seq'; did you mean 'sequ'?",
        ),
        (lambda: assert_layout(X, "batch seq 4", batch=6.0), SpecError, "batch=6.0: a size is a number of elements"),  # type: ignore[arg-type]
        (lambda: layouts(batch=True).__enter__(), SpecError, "batch=True: a size is a number of elements"),
        (lambda: assert_layout(X, "batch seq -"), LayoutSyntaxError, None),
    ],
)
def test_a_mistake_in_the_assertion_itself(call: Any, kind: type[Exception], message: str | None) -> None:
    with pytest.raises(kind) as caught:
        call()
    assert message is None or str(caught.value) == message
    assert not isinstance(caught.value, AssertionError)


# Blocks


def test_without_a_block_each_call_stands_alone() -> None:
    assert_layout(X, "batch seq feature")
    assert_layout(X, "seq batch feature")


def test_a_block_binds_names() -> None:
    with layouts() as known:
        assert_layout(X, "N T feature")
        assert (dict(known), known["batch"], known["N"], len(known)) == ({"batch": 6, "seq": 9, "feature": 4}, 6, 6, 3)
        assert_layout(X[:, 0], "batch feature")
        message = told(X[0], "batch feature")
    line = message.splitlines()
    assert line[0] == "x axis 'batch' is 9, expected 6"
    assert line[4].startswith("  batch=6    from dim 0 of (6, 9, 4) at test_assert_layout.py:")
    assert_layout(X[0], "batch feature")


def test_an_assertion_that_failed_binds_nothing() -> None:
    with layouts() as known:
        told(X, "other seq 5")
        assert dict(known) == {}


def test_a_block_may_state_sizes_and_an_inner_one_knows_them() -> None:
    with layouts(N=6) as outer:
        with layouts(seq=9) as inner:
            assert_layout(X, "batch seq hidden")
            assert dict(inner) == {"batch": 6, "seq": 9, "hidden": 4}
        assert dict(outer) == {"batch": 6}
        assert told(X[:5], "batch seq hidden").splitlines()[-1] == "  batch=6  from layouts(N=6)"
        assert told(X, "batch seq 4", batch=5) == "batch=5 is stated, and batch is 6 from layouts(N=6)"
        assert_layout(X, "batch seq 4", batch=6)


def test_a_block_ends_with_an_exception_too() -> None:
    with pytest.raises(ZeroDivisionError), layouts(batch=5):
        raise ZeroDivisionError
    assert_layout(X, "batch seq 4")


def test_another_thread_has_no_block_and_a_task_has_its_own() -> None:
    errors: list[BaseException] = []

    def elsewhere() -> None:
        try:
            assert_layout(X, "batch seq 4")
        except BaseException as error:
            errors.append(error)

    with layouts(batch=5):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert errors == []

    async def task(batch: int) -> int:
        with layouts() as known:
            for _ in range(3):
                assert_layout(torch.zeros(batch, 2), "batch 2")
                await asyncio.sleep(0)
            return known["batch"]

    async def both() -> list[int]:
        return await asyncio.gather(task(3), task(4))

    assert asyncio.run(both()) == [3, 4]


def test_a_generator_that_is_closed_in_another_context_does_no_harm() -> None:
    def steps() -> Any:
        with layouts(batch=5):
            yield

    import contextvars

    generator = steps()
    contextvars.copy_context().run(next, generator)
    generator.close()
    assert_layout(X, "batch seq 4")


# Meaning


class Encoder(nn.Module):
    def __init__(self, layout: str) -> None:
        super().__init__()
        self.layout = layout
        self.rnn = nn.GRU(4, 8, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        output, _ = self.rnn(x)
        return assert_layout(output, self.layout)


MEANING = """\
the samples lie along dim 0, which is said to be seq, and not along dim 1; x.transpose(0, 1) fits
  said   seq=6    batch=9  hidden=8
  known  batch=6  seq=9    hidden=8
         ^"""


def test_an_axis_that_is_another_is_told_while_it_is_followed() -> None:
    model, x = Encoder("seq batch hidden"), torch.zeros(6, 9, 4)
    model(x)
    report = rs.diagnose(model, x, axes="batch seq feature")
    assert isinstance(report.exception, LayoutAssertionError)
    assert str(report.exception) == MEANING
    with pytest.raises(AssertionError) as caught, rs.watch(model, track=True):
        model(next(iter(torch.utils.data.DataLoader(torch.zeros(6, 9, 4), batch_size=6))))  # type: ignore[arg-type]
    assert str(caught.value).startswith("the samples lie along dim 0, which is said to be seq, and not along dim 1")


@pytest.mark.parametrize("layout", ["batch seq hidden", "N T 8", "batch ?=9 hidden", "rows seq hidden", "?=6 batch 8", "a b c"])
def test_what_agrees_or_is_not_known_stays_silent(layout: str) -> None:
    report = rs.diagnose(Encoder(layout), torch.zeros(6, 9, 4), axes="batch seq feature")
    assert report.exception is None
    assert report.ok


def test_a_single_sample_contradicts_nothing() -> None:
    report = rs.diagnose(Encoder("seq batch hidden"), torch.zeros(1, 9, 4), axes="batch seq feature")
    assert report.exception is None


def test_two_axes_that_changed_places_are_told_and_one_that_is_elsewhere_is_not() -> None:
    class Turned(nn.Module):
        def __init__(self, layout: str) -> None:
            super().__init__()
            self.layout = layout
            self.rnn = nn.GRU(4, 8)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            assert_layout(x, self.layout)
            return self.rnn(x)[0]

    def exception(layout: str) -> Any:
        return rs.diagnose(Turned(layout), torch.zeros(9, 6, 4), axes="seq batch feature").exception

    fact = "seq lies along dim 0, which is said to be feature, and not along dim 2; x.transpose(0, 2) fits"
    assert str(exception("feature batch seq")).splitlines()[0] == fact
    assert exception("source batch seq") is None, "there may be another sequence"


def test_samples_against_samples_contradict_nothing() -> None:
    class Similarity(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(4, 8)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            last = self.rnn(x)[0][-1]
            assert_layout(last @ last.t(), "batch other")
            assert_layout(last @ last.t(), "other batch")
            return last

    report = rs.diagnose(Similarity(), torch.zeros(9, 6, 4), axes="seq batch feature")
    assert (report.exception, report.findings) == (None, ())


# Torch


def test_numpy_alone_does_not_import_torch() -> None:
    code = "import sys, numpy, rnnshape; rnnshape.assert_layout(numpy.zeros((2, 3)), 'a 3'); print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_where_the_compiler_leaves_a_model_to_python_it_asserts_in_no_frame_of_its_own() -> None:
    torch._dynamo.reset()
    rnn = nn.GRU(4, 8)

    def stated(x: torch.Tensor, layout: str) -> torch.Tensor:
        return rnn(assert_layout(x, layout))[0]

    compiled = torch.compile(stated, backend="eager")
    counters.clear()
    assert compiled(X, "seq batch feature=4").shape == (6, 9, 8)
    assert counters["frames"]["total"] == 1
    with pytest.raises(LayoutAssertionError, match="axis 'feature' is 4, expected 5"):
        compiled(X, "seq batch feature=5")


def test_compiled_code_steps_over_it() -> None:
    @torch.compile(fullgraph=True, backend="eager")
    def step(x: torch.Tensor) -> torch.Tensor:
        return assert_layout(x, "batch seq 5") * 2

    assert step(X).shape == (6, 9, 4)


def test_gradients_flow_through_it() -> None:
    x = torch.ones(2, 3, requires_grad=True)
    assert_layout(x, "batch 3").sum().backward()
    assert x.grad is not None
