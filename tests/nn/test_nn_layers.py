"""The typed layers: torch's own in every respect but that wrong calls are explained, and that they know their state."""

from __future__ import annotations

import copy
import inspect
import io
import logging
import pickle
import random
import subprocess
import sys
import typing
from collections.abc import Iterator
from contextlib import nullcontext
from functools import cache
from itertools import product
from typing import Any

import jaxtyping
import pytest
import torch
from beartype import beartype
from jaxtyping import Float, jaxtyped
from torch import Tensor, nn
from torch._dynamo.utils import counters
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence
from torch.overrides import TorchFunctionMode

import rnnshape as rs
from rnnshape.errors import ContractError, SpecTypeError
from rnnshape.nn import checking, signatures
from rnnshape.nn.layers import TYPED

pytestmark = pytest.mark.filterwarnings("ignore:LSTM with projections is not supported")

KINDS = ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")
LAYERS = [*product(("RNN", "LSTM", "GRU"), (1, 2), (False, True), (False, True)), ("LSTM with proj_size", 2, True, False)]


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    checking._known.clear()
    yield
    assert not checking._steps_aside


@pytest.fixture(autouse=True, scope="module")
def _plain_kernels() -> Iterator[None]:
    """Do without oneDNN, which compiles a kernel for each size."""
    before = torch._C._get_mkldnn_enabled()
    torch._C._set_mkldnn_enabled(False)
    yield
    torch._C._set_mkldnn_enabled(before)


def pair(kind: str, *args: Any, **options: Any) -> tuple[Any, Any]:
    """Return one of torch's and one of ours, made alike."""
    made = []
    for home in (nn, rs.nn):
        torch.manual_seed(0)
        made.append(getattr(home, kind)(*args, **options))
    return made[0], made[1]


def leaves(value: Any) -> list[Tensor]:
    if isinstance(value, Tensor):
        return [value]
    return [t for item in (value[:2] if isinstance(value, PackedSequence) else value) for t in leaves(item)]


def assert_same(ours: Any, theirs: Any) -> None:
    assert type(ours) is type(theirs)
    assert all(torch.equal(a, b) for a, b in zip(leaves(ours), leaves(theirs), strict=True))


def of(config: Any) -> tuple[Any, Any]:
    kind, layers, both, first = config
    options = {"proj_size": 3} if " " in kind else {}
    return pair(kind.split()[0], 4, 8, layers, bidirectional=both, batch_first=first, **options)


def inputs(first: bool) -> dict[str, Any]:
    x = torch.randn(6, 9, 4) if first else torch.randn(9, 6, 4)
    lengths = torch.tensor([9, 3, 5, 1, 9, 2])
    return {
        "batched": x,
        "unbatched": torch.randn(9, 4),
        "packed": pack_padded_sequence(x, lengths, batch_first=first, enforce_sorted=False),
    }


# A drop-in


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_made_as_torchs_is(kind: str) -> None:
    theirs, ours = pair(kind, 4, 8, bias=False, dtype=torch.float64)
    assert isinstance(ours, type(theirs))
    assert inspect.signature(type(ours)) == inspect.signature(type(theirs))
    assert repr(ours) == repr(theirs)
    assert vars(ours).keys() == vars(theirs).keys()
    assert [*ours.state_dict()] == [*theirs.state_dict()]
    assert_same([*ours.state_dict().values()], [*theirs.state_dict().values()])
    theirs.load_state_dict(ours.state_dict())


@pytest.mark.parametrize("form", ["batched", "unbatched", "packed"])
@pytest.mark.parametrize("config", LAYERS, ids=lambda c: "-".join(map(str, c)))
def test_a_layer_returns_what_torchs_does(config: Any, form: str) -> None:
    theirs, ours = of(config)
    x = inputs(config[3])[form]
    for _ in range(2):  # not known, and known
        bare = theirs(x)
        assert_same(ours(x), bare)
        assert_same(ours(x, bare[1]), theirs(x, bare[1]))
        assert_same(ours(input=x, hx=bare[1]), theirs(x, bare[1]))
        if isinstance(bare[1], tuple):
            assert_same(ours(x, [*bare[1]]), theirs(x, bare[1]))
    assert len(checking._known) == (3 if isinstance(bare[1], tuple) else 2)


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
@pytest.mark.parametrize("sizes", [(6, 4), (4,)])
def test_a_cell_returns_what_torchs_does(kind: str, sizes: tuple[int, ...]) -> None:
    theirs, ours = pair(kind, 4, 8)
    x = torch.randn(sizes)
    for _ in range(2):
        bare = theirs(x)
        assert_same(ours(x), bare)
        assert_same(ours(x, bare), theirs(x, bare))
    assert len(checking._known) == 2


@pytest.mark.parametrize("config", LAYERS[:12:5], ids=lambda c: "-".join(map(str, c)))
def test_gradients_and_random_numbers_are_torchs(config: Any) -> None:
    theirs, ours = of(config)
    x = inputs(config[3])["batched"]
    found = []
    for layer in (theirs, ours):
        layer.dropout = 0.5
        torch.manual_seed(1)
        random.seed(1)
        sum(t.sum() for t in leaves(layer(x))).backward()
        found.append(([p.grad for p in layer.parameters()], torch.rand(3), random.random()))
    assert all(torch.equal(a, b) for a, b in zip(found[0][0], found[1][0], strict=True))
    assert torch.equal(found[0][1], found[1][1])
    assert found[0][2] == found[1][2]


@pytest.mark.parametrize("kind", KINDS)
def test_it_can_be_copied_and_saved(kind: str) -> None:
    _, ours = pair(kind, 4, 8)
    x = torch.randn(6, 4)
    bare = ours(x)
    file = io.BytesIO()
    torch.save(ours, file)
    file.seek(0)
    for twin in (copy.copy(ours), copy.deepcopy(ours), pickle.loads(pickle.dumps(ours)), torch.load(file, weights_only=False)):
        assert type(twin) is type(ours)
        assert_same(twin(x), bare)


def test_a_learned_first_state_and_a_tensor_of_a_subclass() -> None:
    class Ours(Tensor):
        pass

    theirs, ours = pair("GRU", 4, 8)
    x, h_0 = torch.randn(9, 6, 4), nn.Parameter(torch.randn(1, 6, 8))
    assert_same(ours(x, h_0), theirs(x, h_0))
    assert len(checking._known) == 1
    for _ in range(2):
        assert torch.equal(ours(x.as_subclass(Ours))[0].as_subclass(Tensor), theirs(x)[0])
    assert len(checking._known) == 1, "a subclass may say anything of its sizes, so it is asked every time"
    with pytest.raises(ContractError):
        ours(torch.randn(9, 6, 5).as_subclass(Ours))


# What a wrong call gets


class Encoder(nn.Module):
    def __init__(self, home: Any) -> None:
        super().__init__()
        self.rnn = home.GRU(4, 8, num_layers=3, batch_first=True, bidirectional=True)

    def forward(self, x: Tensor) -> Any:
        return self.rnn(x, torch.zeros(3, x.size(0), 8))


def test_the_message_of_watch_with_the_reason_of_jaxtyping() -> None:
    with pytest.raises(ContractError) as caught:
        Encoder(rs.nn)(torch.zeros(6, 9, 4))
    line = next(n for n, code in enumerate(inspect.getsource(Encoder).split("\n")) if "torch.zeros(3" in code)
    at = f"{__file__.rpartition('/')[2]}:{line + inspect.getsourcelines(Encoder)[1]}, in Encoder.forward"
    text = str(caught.value)
    assert at in text
    lines = text.split("\n")
    assert lines.pop(-2).startswith("  at ")
    assert lines == [
        "RNS103 error: Encoder.rnn (GRU): h_0 axis 'layers*directions' is 3, expected 6; the 2 directions are forgotten",
        "  expected  (layers*directions=6, batch=6, hidden=8)   a state is never batch-first",
        "  got       (                  3,       6,        8)",
        "                               ^",
        "  layers*directions=6  from num_layers=3 x 2 directions",
        "  batch=6              from dim 0 of the input (6, 9, 4), since batch_first=True",
        "  hidden=8             from hidden_size=8",
        "  torch.zeros(6, 6, 8) fits",
        "  see: rnnshape explain RNS103",
    ]
    cause = caught.value.__cause__
    assert isinstance(cause, jaxtyping.TypeCheckError)
    assert "Type-check error whilst checking the parameters of rnnshape.nn.signatures.one_state_batch_first" in str(cause)
    assert "The problem arose whilst typechecking parameter 'hx'." in str(cause)
    model = Encoder(nn)
    with rs.watch(model), pytest.raises(ContractError) as watched:
        model(torch.zeros(6, 9, 4))
    named = str(watched.value).replace("rnn (GRU)", "Encoder.rnn (GRU)", 1)
    assert named == text, "watch was given the model, and so knows less of its path"
    assert [f.code for f in caught.value.findings] == [f.code for f in watched.value.findings]


@pytest.mark.parametrize(
    ("kind", "args", "code"),
    [
        ("GRU", (torch.zeros(9, 6, 5),), "RNS102"),
        ("GRU", (torch.zeros(9, 6, 4, 1),), "RNS101"),
        ("GRU", (torch.zeros(9, 6, 4).long(),), "RNS110"),
        ("GRU", ([[1.0]],), "RNS113"),
        ("GRU", (torch.zeros(9, 6, 4), torch.zeros(1, 5, 8)), "RNS106"),
        ("GRU", (torch.zeros(9, 6, 4), torch.zeros(1, 6, 7)), "RNS107"),
        ("GRU", (torch.zeros(9, 6, 4), torch.zeros(6, 1, 8)), "RNS104"),
        ("GRU", (torch.zeros(9, 6, 4), torch.zeros(1, 8)), "RNS105"),
        ("GRU", (torch.zeros(9, 6, 4), (torch.zeros(1, 6, 8),) * 2), "RNS109"),
        ("LSTM", (torch.zeros(9, 6, 4), torch.zeros(1, 6, 8)), "RNS108"),
        ("LSTMCell", (torch.zeros(6, 4), (torch.zeros(6, 8), torch.zeros(5, 8))), "RNS106"),
        ("RNNCell", (torch.zeros(6, 4), torch.zeros(6, 9)), "RNS107"),
    ],
)
def test_every_kind_of_mistake(kind: str, args: Any, code: str) -> None:
    ours = getattr(rs.nn, kind)(4, 8)
    for _ in range(2):
        with pytest.raises(ContractError) as caught:
            ours(*args)
        assert [f.code for f in caught.value.findings] == [code]
    assert not checking._known


def test_wrong_states_of_a_packed_lstm_which_torch_does_not_look_at() -> None:
    packed = pack_padded_sequence(torch.zeros(9, 3, 4), [9, 3, 2])
    with pytest.raises(ContractError) as caught:
        rs.nn.LSTM(4, 8)(packed, (torch.zeros(1, 3, 8), torch.zeros(1, 1, 8)))
    assert str(caught.value).split("\n")[0] == "RNS106 error: LSTM: c_0 axis 'batch' is 1, expected 3"


def test_what_annotations_cannot_say_is_left_to_torch() -> None:
    theirs, ours = pair("GRU", 4, 8)
    for x in (torch.zeros(9, 6, 4, dtype=torch.float64), torch.zeros(0, 6, 4), torch.zeros(9, 6, 4, device="meta")):
        found = []
        for layer in (theirs, ours):
            with pytest.raises((ValueError, RuntimeError)) as caught:
                layer(x)
            found.append((caught.type, str(caught.value)))
        assert found[0] == found[1]


def test_a_line_that_is_ignored_gets_torchs_own_error() -> None:
    with pytest.raises(RuntimeError) as caught:
        rs.nn.GRU(4, 8)(torch.zeros(9, 6, 4), torch.zeros(2, 6, 8))  # rnnshape: ignore[RNS103]
    assert str(caught.value) == "Expected hidden size (1, 6, 8), got [2, 6, 8]"
    assert caught.type is RuntimeError


def test_two_states_in_one_tensor_are_as_good_as_to_torch() -> None:
    theirs, ours = pair("LSTM", 4, 8)
    x, both = torch.randn(9, 4), torch.randn(2, 1, 8)
    assert_same(ours(x, both), theirs(x, both))
    assert not checking._known


def test_a_result_of_other_sizes_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = rs.nn.GRU(4, 8)
    result = (torch.zeros(9, 6, 7), torch.zeros(1, 6, 8))
    ours(torch.zeros(9, 6, 4))
    monkeypatch.setattr(nn.GRU, "forward", lambda self, input, hx=None: result)
    with pytest.raises(ContractError) as caught:
        ours(torch.zeros(9, 6, 4))
    assert str(caught.value).split("\n")[0] == "RNS114 warning: GRU: output axis 'hidden' is 7, expected 8"
    assert "whilst checking the return value of rnnshape.nn.signatures.one_state_seq_first" in str(caught.value.__cause__)


# Who decides


def test_the_annotations_decide() -> None:
    """Looser ones let a wrong call through to torch, which says so in its own way; stricter ones ask the contract in vain."""

    def loose(self: Any, input: Float[Tensor, "*any"], hx: Any, result: Any = None) -> Any:
        return result

    def strict(self: Any, input: Float[Tensor, "seq batch 3"], hx: Any, result: Any = None) -> Any:
        return result

    gru, wrong, right = nn.GRU(4, 8), torch.zeros(9, 6, 5), torch.zeros(9, 6, 4)
    with pytest.raises(ContractError):
        checking.call(gru, gru.forward, signatures.ONE_STATE, wrong, None)
    with pytest.raises(RuntimeError) as caught:
        checking.call(gru, gru.forward, {"seq_first": loose}, wrong, None)
    assert not isinstance(caught.value, ContractError)
    assert not checking._known
    assert not isinstance(checking.call(gru, gru.forward, {"seq_first": strict}, right, None), Exception)
    assert not checking._known, "what the annotations refuse is never known as right"
    checking.call(gru, gru.forward, signatures.ONE_STATE, right, None)
    assert len(checking._known) == 1


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    asked: list[Any] = []
    hold = checking._hold_arguments
    monkeypatch.setattr(checking, "_hold_arguments", lambda *args: asked.append(args) or hold(*args))
    return asked


def test_a_verdict_is_asked_for_once_for_each_kind_of_call(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = counted(monkeypatch)
    rnn, x = rs.nn.GRU(4, 8), torch.zeros(9, 6, 4)
    for _ in range(3):
        rnn(x)
    assert len(asked) == 1
    rs.nn.GRU(4, 8)(torch.randn(9, 6, 4))
    assert len(asked) == 1, "it depends on nothing but sizes, dtypes and configuration"
    others = [rs.nn.GRU(4, 8, batch_first=True), rs.nn.GRU(4, 8, bidirectional=True), rs.nn.GRU(4, 8, 2), rs.nn.GRU(4, 9)]
    for other in (*others, rs.nn.RNN(4, 8)):
        other(x)
    assert len(asked) == 6
    rnn(x[:8])
    rnn.double()(x.double())
    assert len(asked) == 8
    rnn.batch_first = True
    rnn(x.double())
    assert len(asked) == 9, "a configuration that is changed afterwards counts"


def test_the_number_of_known_kinds_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "MOST_KNOWN", 3)
    rnn = rs.nn.RNN(1, 1)
    for steps in range(1, 9):
        rnn(torch.zeros(steps, 1, 1))
    assert 1 <= len(checking._known) <= 3


def test_no_tensor_is_kept() -> None:
    rs.nn.LSTM(4, 8)(torch.zeros(9, 6, 4))
    assert "tensor(" not in repr(checking._known)


def test_where_jaxtyping_is_disabled_nothing_is_checked() -> None:
    jaxtyping.config.update("jaxtyping_disable", True)
    try:
        with pytest.raises(RuntimeError) as caught:
            rs.nn.GRU(4, 8)(torch.zeros(9, 6, 5))
    finally:
        jaxtyping.config.update("jaxtyping_disable", False)
    assert caught.type is RuntimeError
    with pytest.raises(ContractError):
        rs.nn.GRU(4, 8)(torch.zeros(9, 6, 5))


def test_a_mistake_of_ours_never_stops_a_run(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fails(*args: Any) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr(checking, "_hold_arguments", fails)
    monkeypatch.setattr(checking, "_steps_aside", False)
    theirs, ours = pair("GRU", 4, 8)
    x = torch.randn(9, 6, 4)
    for _ in range(2):
        assert_same(ours(x), theirs(x))
    assert [r.getMessage().split("\n")[0] for r in caplog.records if r.name == "rnnshape"] == [
        "rnnshape made a mistake; its typed layers check nothing any more. Please report this"
    ]
    assert checking._steps_aside
    monkeypatch.undo()


class Seen(TorchFunctionMode):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.append(func.__name__)
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("form", ["batched", "unbatched", "packed"])
def test_a_function_mode_of_others_sees_what_torchs_layer_does_and_no_more(form: str) -> None:
    x = inputs(False)[form]
    found = []
    for layer in pair("LSTM", 4, 8):
        with Seen() as seen:
            layer(x)
        found.append(seen.names)
    assert found[0] == found[1]


# Beside a watch


def test_a_watch_sees_a_typed_layer_as_torchs() -> None:
    x = torch.zeros(6, 9, 4)
    found = []
    for home in (nn, rs.nn):
        rnn = home.GRU(4, 8, batch_first=True)
        with rs.watch(rnn) as report:
            rnn(x)
            rnn(x, torch.zeros(1, 6, 8))
        found.append((report.events, report.findings, report.unfollowed))
    assert found[0] == found[1]
    assert sum(e.calls for e in found[1][0]) == 2


@pytest.mark.parametrize("on", ["raise", "warn", "log", "record"])
def test_a_watch_finds_a_mistake_once(on: Any) -> None:
    model = Encoder(rs.nn)
    warned: Any = pytest.warns(rs.RNNShapeWarning) if on == "warn" else nullcontext()
    with rs.watch(model, on=on) as report, warned, pytest.raises(ContractError) as caught:
        model(torch.zeros(6, 9, 4))
    assert [f.code for f in report.findings] == ["RNS103"]
    assert getattr(caught.value, "__notes__", []) == []
    proved_before = on == "raise"
    assert (caught.value.__cause__ is None) is proved_before


def test_diagnose_finds_a_mistake_once() -> None:
    report = rs.diagnose(Encoder(rs.nn), torch.zeros(6, 9, 4), axes="batch seq feature")
    assert [f.code for f in report.findings] == ["RNS103"]
    assert isinstance(report.exception, ContractError)


class Classifier(nn.Module):
    def __init__(self, home: Any, right: bool) -> None:
        super().__init__()
        self.rnn = home.LSTM(4, 8, num_layers=2, bidirectional=True, batch_first=True)
        self.cell = home.GRUCell(32 if not right else 16, 8)
        self.right = right

    def forward(self, x: Tensor) -> Tensor:
        h_n = self.rnn(x)[1][0]
        return self.cell(torch.cat([h_n[-2], h_n[-1]], 1) if self.right else h_n.view(x.size(0), -1))


@pytest.mark.parametrize("right", [True, False])
def test_diagnose_follows_a_typed_layer_as_torchs(right: bool) -> None:
    found = []
    for home in (nn, rs.nn):
        report = rs.diagnose(Classifier(home, right), torch.zeros(6, 9, 4), axes="batch seq feature")
        found.append(([(f.code, f.message, f.module) for f in report.findings], report.unfollowed, report.exception))
    assert found[0] == found[1]
    assert [code for code, *_ in found[1][0]] == ([] if right else ["RNS203"])


def test_a_typed_layer_is_diagnosed_by_itself() -> None:
    report = rs.diagnose(rs.nn.GRU(4, 8, batch_first=True), torch.zeros(6, 9, 4))
    assert (report.findings, report.unfollowed, report.exception) == ((), (), None), "its annotations name no wrong axis"


def test_a_subclass_of_a_typed_layer_with_a_forward_of_its_own() -> None:
    class Last(rs.nn.GRU):
        def forward(self, input: Any, hx: Any = None) -> Any:
            return self.last_state(super().forward(input, hx)[1])

    last = Last(4, 8, bidirectional=True)
    assert last(torch.zeros(9, 6, 4)).shape == (6, 16)
    with pytest.raises(ContractError) as caught:
        last(torch.zeros(9, 6, 5))
    assert str(caught.value).startswith("RNS102 error: Last: input axis 'feature' is 5, expected input_size=4")


# Compilers and tracers


def test_under_a_compiler_it_steps_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "_kind_of_call", lambda *args: pytest.fail("checked"))
    for kind, sizes in (("GRU", (9, 6, 4)), ("LSTM", (9, 6, 4)), ("GRUCell", (6, 4))):
        torch._dynamo.reset()
        theirs, ours = pair(kind, 4, 8)
        x = torch.randn(sizes)
        with torch._dynamo.config.patch(allow_rnn=True):
            found = torch.compile(ours, fullgraph=True, backend="eager")(x)
        for a, b in zip(leaves(found), leaves(theirs(x)), strict=True):
            torch.testing.assert_close(a, b)


def test_where_the_compiler_leaves_it_to_python_it_checks() -> None:
    torch._dynamo.reset()
    rnn = rs.nn.GRU(4, 8)
    compiled = torch.compile(Wrapped(rnn), backend="eager")
    assert_same(compiled(torch.ones(9, 6, 4)), rnn(torch.ones(9, 6, 4) * 2))
    with pytest.raises(ContractError):
        compiled(torch.zeros(9, 6, 5))


def test_where_the_compiler_leaves_it_to_python_one_frame_is_tried_once() -> None:
    """What docs/promises.md says of it."""
    torch._dynamo.reset()
    x, tried = torch.ones(9, 6, 4), []
    for kind in (nn.GRU, rs.nn.GRU):
        torch._dynamo.reset()
        counters.clear()
        for _ in range(4):
            torch.compile(Unwrapped(kind(4, 8)), backend="eager")(x)
        tried.append(dict(counters["frames"]))
    assert tried == [{"total": 1}, {"total": 2}]


class Unwrapped(nn.Module):
    def __init__(self, rnn: nn.Module) -> None:
        super().__init__()
        self.rnn = rnn

    def forward(self, x: Tensor) -> Any:
        return self.rnn(x)


class Wrapped(nn.Module):
    def __init__(self, rnn: nn.Module) -> None:
        super().__init__()
        self.rnn = rnn

    def forward(self, x: Tensor) -> Any:
        return self.rnn(x * 2)


def test_what_is_written_by_hand_is_wrong_under_a_compiler() -> None:
    """Why it steps aside. When this fails torch, jaxtyping and beartype have come to terms."""

    class ByHand(nn.GRUCell):
        @jaxtyped(typechecker=beartype)
        def forward(self, input: Float[Tensor, "batch {self.input_size}"], hx: Any = None) -> Any:
            return super().forward(input, hx)

    torch._dynamo.reset()
    with pytest.raises(Exception):  # noqa: B017
        torch.compile(ByHand(4, 8), fullgraph=True, backend="eager")(torch.zeros(6, 4))


def test_export() -> None:
    _, ours = pair("GRUCell", 4, 8)
    x = torch.randn(6, 4)
    assert_same(torch.export.export(ours, (x,)).module()(x), ours(x))


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::torch.jit.TracerWarning")
@pytest.mark.parametrize("kind", KINDS)
def test_trace_and_script(kind: str) -> None:
    theirs, ours = pair(kind, 4, 8)
    model, x = Wrapped(ours), torch.randn(9, 4) if kind.endswith("Cell") else torch.randn(9, 6, 4)
    assert_same(torch.jit.trace(model, (x,))(x), theirs(x * 2))
    scripted = torch.jit.script(model)
    assert_same(scripted(x), theirs(x * 2))
    assert scripted.rnn.original_name == kind
    assert type(model.rnn) is getattr(nn, kind), "torch puts what a module prepares for scripting into the model itself"
    assert type(ours) is getattr(rs.nn, kind)
    assert model.rnn.weight_hh_l0 is ours.weight_hh_l0 if not kind.endswith("Cell") else model.rnn.weight_hh is ours.weight_hh


def test_symbolic_tracing_takes_it_for_a_leaf_as_it_takes_torchs() -> None:
    class Model(nn.Module):
        def __init__(self, home: Any) -> None:
            super().__init__()
            self.rnn = home.LSTM(4, 8)

        def forward(self, x: Tensor, h: Tensor, c: Tensor) -> Any:
            return self.rnn(x)[0] + self.rnn(x, (h, c))[0]

    traced = [torch.fx.symbolic_trace(Model(home)) for home in (nn, rs.nn)]
    assert traced[0].code == traced[1].code
    assert type(traced[1].rnn) is rs.nn.LSTM


@pytest.mark.filterwarnings("ignore:There is a performance drop")
def test_functional_calls_and_vmap() -> None:
    theirs, ours = pair("GRU", 4, 8)
    x = torch.randn(5, 9, 6, 4)
    weights = {name: p * 2 for name, p in ours.named_parameters()}
    assert_same(torch.func.functional_call(ours, weights, (x[0],)), torch.func.functional_call(theirs, weights, (x[0],)))
    cells = pair("RNNCell", 4, 8)
    assert_same(torch.vmap(cells[1])(x[0]), torch.vmap(cells[0])(x[0]))


def test_fake_tensors() -> None:
    from torch._subclasses import FakeTensorMode

    with FakeTensorMode():
        ours = rs.nn.GRU(4, 8)
        assert ours(torch.zeros(9, 6, 4))[0].shape == (9, 6, 8)
        with pytest.raises(ContractError):
            ours(torch.zeros(9, 6, 5))


# What can be read


@pytest.mark.parametrize("kind", KINDS)
def test_the_annotations_of_forward(kind: str) -> None:
    hints = typing.get_type_hints(getattr(rs.nn, kind).forward)
    assert [*hints] == ["input", "hx", "return"]
    found = " ".join(words(hint) for hint in hints.values())
    assert "feature={self.input_size}" in found
    assert "hidden={self.hidden_size}" in found


def words(hint: Any) -> str:
    inner = typing.get_args(hint)
    return " ".join(map(words, inner)) if inner else getattr(hint, "dim_str", "")


@cache
def checked_forward(kind: Any) -> Any:
    return jaxtyped(typechecker=beartype)(kind.forward)


@pytest.mark.parametrize("form", ["batched", "unbatched", "packed"])
@pytest.mark.parametrize("config", LAYERS, ids=lambda c: "-".join(map(str, c)))
def test_the_annotations_of_forward_are_true_of_every_layout(config: Any, form: str) -> None:
    _, ours = of(config)
    forward = checked_forward(type(ours))
    x = inputs(config[3])[form]
    _, state = forward(ours, x)
    forward(ours, x, state)
    if isinstance(x, Tensor):
        with pytest.raises(jaxtyping.TypeCheckError):
            forward(ours, x[..., :3])


def test_each_signature_names_the_axes_of_its_layout() -> None:
    def axes(table: Any, layout: str) -> str:
        return typing.get_type_hints(table[layout])["input"].dim_str

    for table in (signatures.ONE_STATE, signatures.LSTM):
        assert axes(table, "batch_first") == "batch seq feature={self.input_size}"
        assert axes(table, "seq_first") == "seq batch feature={self.input_size}"
        assert axes(table, "unbatched") == "seq feature={self.input_size}"
        assert axes(table, "packed") == "packed feature={self.input_size}"
    for table in (signatures.CELL, signatures.LSTM_CELL):
        assert axes(table, "batched") == "batch feature={self.input_size}"
        assert axes(table, "unbatched") == "feature={self.input_size}"


# The states, as methods


@pytest.mark.parametrize("form", ["batched", "unbatched", "packed"])
@pytest.mark.parametrize("config", LAYERS, ids=lambda c: "-".join(map(str, c)))
def test_the_methods_are_the_functions(config: Any, form: str) -> None:
    theirs, ours = of(config)
    output, state = ours(inputs(config[3])[form])
    batch = None if form == "unbatched" else 6
    assert_same(ours.last_state(state), rs.last_state(theirs, state))
    assert_same(ours.by_layer(state), rs.by_layer(theirs, state))
    assert_same(ours.bridge(state, "sum"), rs.bridge(theirs, state, "sum"))
    assert_same(ours.by_direction(output), rs.by_direction(theirs, output))
    assert_same(ours.last_step(output), rs.last_step(theirs, output))
    assert_same(ours.initial_state(batch), rs.initial_state(theirs, batch))
    assert_same(ours.initial_state(batch, dtype=torch.float64), rs.initial_state(theirs, batch, dtype=torch.float64))
    if form == "batched":
        lengths = torch.tensor([9, 3, 5, 1, 9, 2])
        assert_same(ours.last_step(output, lengths), rs.last_step(theirs, output, lengths))


@pytest.mark.parametrize("kind", ["RNNCell", "LSTMCell", "GRUCell"])
def test_a_cell_has_its_initial_state_only(kind: str) -> None:
    theirs, ours = pair(kind, 4, 8)
    assert_same(ours.initial_state(6), rs.initial_state(theirs, 6))
    assert not hasattr(ours, "last_state")


def test_a_gru_refuses_a_pair() -> None:
    with pytest.raises(SpecTypeError):
        rs.nn.GRU(4, 8).last_state((torch.zeros(1, 6, 8),) * 2)


# The module


def test_nn_is_there_when_it_is_asked_for() -> None:
    code = (
        "import sys, rnnshape as rs\n"
        "assert 'nn' in dir(rs) and 'nn' not in rs.__all__\n"
        "assert not {'torch', 'jaxtyping', 'beartype'} & set(sys.modules)\n"
        "rs.nn.LSTM(4, 8), rs.nn.convert\n"
        "assert 'torch' in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_layer_of_torchs_has_a_typed_one() -> None:
    assert {kind.__name__: typed for kind, typed in TYPED.items()} == {name: getattr(rs.nn, name) for name in KINDS}


def test_nothing_is_logged_for_a_right_call(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG, "rnnshape"):
        rs.nn.GRU(4, 8)(torch.zeros(9, 6, 4))
    assert caplog.records == []
