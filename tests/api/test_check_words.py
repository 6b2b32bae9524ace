"""Every word of what `check` says where values are not as annotated: in golden/checking.txt.

Each wrong call has a right one beside it. That the verdict is jaxtyping's and beartype's is shown by test_violations.py.
"""

import linecache
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch
from checked import Encoder, X, in_the_repository, nobody_stands_in_classes  # noqa: F401
from expected import Expected, report_text, sections
from jaxtyping import Float, Int
from torch import Tensor, nn, ones, zeros

from rnnshape import Report, check, report_of

GOLDEN = Path(__file__).parents[1] / "golden" / "checking.txt"


def encode(
    x: Float[Tensor, "batch seq 4"],
    lengths: Int[Tensor, "batch"] | None = None,
    more: tuple[Float[Tensor, "batch k"], ...] = (),
) -> Float[Tensor, "batch seq 4"]:
    return x


def turn(x: Float[Tensor, "batch seq 4"]) -> Float[Tensor, "batch seq 4"]:
    return x.transpose(0, 1) if x.size(0) == 6 else x


def pool(x: Float[Tensor, "batch seq 4"]) -> Float[Tensor, "batch 4"]:
    return x.sum(0) if x.size(0) == 6 else x.sum(1)


def pair(x: Float[Tensor, "batch seq"]) -> tuple[Float[Tensor, "batch seq"], Float[Tensor, "1 batch"]]:
    return x, x[None, :, 0] if x.size(0) == 6 else x[:, :1]


def double(x: Float[Tensor, "batch width"]) -> Float[Tensor, "batch 2*width"]:
    return torch.cat([x, x], 1) if x.size(0) == 6 else x


def nothing(x: Float[Tensor, "batch"]) -> Float[Tensor, "batch"]:
    return x if x.size(0) == 6 else None  # type: ignore[return-value]


class Sized(nn.Module):
    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Float[Tensor, "batch {self.size}"]) -> Float[Tensor, "batch {self.size}"]:
        return x


class Outputs(nn.Module):
    """Says that its output is batch-first, which it is where it turns it."""

    turned = False

    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8)

    def forward(self, x: Float[Tensor, "seq batch 4"]) -> Float[Tensor, "batch seq hidden"]:
        output = self.rnn(x)[0]
        return output.transpose(0, 1) if self.turned else output


def stated(x: Any, y: Any = None) -> Any:
    return x


@check(on="record")
def batch_first(model: Any, x: Float[Tensor, "batch seq 4"]) -> Any:
    return model(x)


class Case(NamedTuple):
    """What is made to be checked, which the calls know as f, and a wrong and a right call of it."""

    name: str
    make: Callable[[], Any]
    wrong: str
    right: str
    axes: Any = None

    @property
    def code(self) -> str:
        return self.name.split()[0]


CASES = [
    Case("RNS215 a size", lambda: encode, "f(zeros(6, 9, 5))", "f(zeros(6, 9, 4))"),
    Case("RNS215 axes exchanged", lambda: encode, "f(zeros(6, 4, 9))", "f(zeros(6, 9, 4))"),
    Case("RNS215 dims", lambda: encode, "f(zeros(9, 4))", "f(zeros(6, 9, 4))"),
    Case("RNS215 a size that another bound", lambda: encode, "f(X, ones(9).long())", "f(X, ones(6).long())"),
    Case("RNS215 two arguments", lambda: encode, "f(zeros(6, 9, 5), ones(9).int())", "f(X, ones(6).int())"),
    Case("RNS215 a dtype", lambda: encode, "f(X.int())", "f(X.half())"),
    Case("RNS215 a dtype by keyword", lambda: encode, "f(x=X, lengths=zeros(6))", "f(x=X, lengths=ones(6).long())"),
    Case("RNS215 a list", lambda: encode, "f([X])", "f(X)"),
    Case("RNS215 an array", lambda: encode, "f(X.numpy())", "f(X)"),
    Case("RNS215 a text", lambda: encode, "f(X, 'text')", "f(X, None)"),
    Case("RNS215 an item", lambda: encode, "f(X, None, (zeros(6, 2), zeros(6, 3)))", "f(X, None, (zeros(6, 2),) * 2)"),
    Case("RNS215 a result that is turned", lambda: turn, "f(X)", "f(zeros(5, 9, 4))"),
    Case("RNS215 a result", lambda: pool, "f(X)", "f(zeros(5, 9, 4))"),
    Case("RNS215 an item of the result", lambda: pair, "f(zeros(5, 9))", "f(zeros(6, 9))"),
    Case("RNS215 a computed size", lambda: double, "f(zeros(5, 9))", "f(zeros(6, 9))"),
    Case("RNS215 no result", lambda: nothing, "f(zeros(5))", "f(zeros(6))"),
    Case("RNS215 a size of the instance", lambda: Sized(5), "f(zeros(6, 4))", "f(zeros(6, 5))"),
    Case("RNS215 sizes that axes state", lambda: stated, "f(X, ones(5))", "f(X, ones(6))", {"x": "batch seq 4", "y": "batch"}),
    Case("RNS215 an axis that axes state", lambda: stated, "f(X.mT)", "f(X)", {"x": "batch seq feature=4"}),
    Case("RNS216 an argument", Encoder, "batch_first(f, X)", "batch_first(lambda x: f(x.transpose(0, 1)), X)"),
    Case("RNS216 a result", Outputs, "f(zeros(6, 6, 4))", "f.turned = True; f(zeros(6, 6, 4))"),
]


def run(case: Case, call: str) -> Report:
    """Run a call as the only line of a file, and return what was seen."""
    file = case.name.replace(" ", "-") + ".py"
    linecache.cache[file] = (len(call), None, [call], file)
    checked = check(case.make(), on="record", axes=case.axes)
    exec(compile(call, file, "exec"), {"f": checked, "X": X, "zeros": zeros, "ones": ones, "batch_first": batch_first})
    return report_of(checked)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_wrong_call_is_found_and_the_right_one_is_not(case: Case) -> None:
    assert run(case, case.wrong).findings[0].code == case.code
    right = run(case, case.right)
    assert (right.findings, right.unfollowed) == ((), ())


def test_every_word_is_expected(expected: Expected) -> None:
    said = {f"{case.name}: {case.wrong}": report_text(run(case, case.wrong), GOLDEN.parent) for case in CASES}
    assert len(said) == len(CASES)
    expected(GOLDEN, sections(said))
