"""The tracker leaves all as it is: outputs, gradients, random numbers, memory, modes; and it survives what goes wrong."""

from __future__ import annotations

import copy
import gc
import logging
import threading
import weakref

import pytest
import torch
from machine import CASTS_LSTM, NO_CAST
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode

from rnnshape import diagnose
from rnnshape.layout.layout import Layout
from rnnshape.operations.followed import OPERATIONS
from rnnshape.report.report import Report
from rnnshape.report.reporter import Reporter
from rnnshape.tracking.track import Tracker


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(11, 5)
        self.norm = nn.BatchNorm1d(5)
        self.rnn = nn.LSTM(5, 4, num_layers=2, bidirectional=True, batch_first=True, dropout=0.3)
        self.drop = nn.Dropout(0.5)
        self.fc = nn.Linear(8, 3)

    def forward(self, ids):
        x = self.norm(self.embed(ids).transpose(1, 2)).transpose(1, 2)
        out, _ = self.rnn(x)
        state = torch.zeros(len(ids), 9, 8)
        for t in range(9):
            state[:, t] = self.drop(out[:, t])
        return self.fc(state)


IDS = torch.arange(54).view(6, 9) % 11


def tracker():
    return Tracker(Reporter(Report(), "record"), lambda module: "")


def step(model, follow):
    torch.manual_seed(0)
    if follow:
        following = tracker()
        with following:
            output = model(IDS)
            loss = nn.functional.cross_entropy(output.flatten(0, 1), IDS.flatten() % 3)
        loss.backward()
    else:
        output = model(IDS)
        loss = nn.functional.cross_entropy(output.flatten(0, 1), IDS.flatten() % 3)
        loss.backward()
    return output, [p.grad for p in model.parameters()], torch.get_rng_state(), model.state_dict()


def test_everything_is_bit_for_bit_what_it_is_without():
    plain, seen = Tagger(), None
    seen = copy.deepcopy(plain)
    for a, b in zip(step(plain, False), step(seen, True), strict=True):
        for one, other in zip(
            *([a, b] if isinstance(a, list) else [[*a.values()], [*b.values()]] if isinstance(a, dict) else [[a], [b]]),
            strict=True,
        ):
            assert torch.equal(one, other)


def test_diagnose_leaves_the_model_as_a_plain_call_does():
    plain = Tagger()
    seen = copy.deepcopy(plain)
    torch.manual_seed(3)
    plain(IDS)
    state = torch.get_rng_state()
    torch.manual_seed(3)
    report = diagnose(seen, IDS, axes="batch seq")
    assert report.ok, report
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(a, b) for a, b in zip(plain.state_dict().values(), seen.state_dict().values(), strict=True))
    assert all(p.grad is None for p in seen.parameters())


def test_nothing_is_left_behind():
    before = dict(nn.RNNBase.__dict__), dict(nn.RNNCellBase.__dict__)
    model = Tagger()
    known = [dict(m.__dict__) for m in model.modules()]
    diagnose(model, IDS, axes="batch seq")
    assert (dict(nn.RNNBase.__dict__), dict(nn.RNNCellBase.__dict__)) == before
    assert torch._C._len_torch_function_stack() == 0
    assert [dict(m.__dict__) for m in model.modules()] == known
    assert not hasattr(IDS, "__dict__") or not IDS.__dict__


def raising(x):
    raise RuntimeError("the model's own")


@pytest.mark.parametrize("ending", ["well", "model", "ours"])
def test_no_tensor_is_kept_alive(ending, monkeypatch):
    alive = []

    class Model(nn.Module):
        def forward(self, x):
            y = x * 2
            alive.append(weakref.ref(y))
            z = y.transpose(0, 1).reshape(9, -1)
            alive.append(weakref.ref(z))
            return raising(z) if ending == "model" else z.sum(0)

    if ending == "ours":
        monkeypatch.setitem(OPERATIONS, "reshape", raising)
    report = diagnose(Model(), torch.zeros(6, 9, 4), axes="batch seq feature")
    report.exception = None
    gc.collect()
    assert [ref() for ref in alive] == [None, None]


def test_a_mistake_of_ours_is_logged_once_as_text_and_the_model_runs_on(monkeypatch, caplog):
    monkeypatch.setitem(OPERATIONS, "transpose", raising)
    model = Tagger().eval()
    wanted = model(IDS)
    with caplog.at_level(logging.ERROR, "rnnshape"):
        report = diagnose(model, IDS, axes="batch seq")
    assert len(caplog.records) == 1
    record = caplog.records[0]
    assert record.exc_info is None
    assert (
        "rnnshape made a mistake at transpose and stops following; the model runs on. Please report this" in record.getMessage()
    )
    assert "the model's own" in record.getMessage()
    assert report.unfollowed == ("everything after transpose, where rnnshape made a mistake, which is in the log",)
    assert report.exception is None
    assert torch.equal(model(IDS), wanted)


# Memory that is shared


def followed(func, *sizes):
    following = tracker()
    x = torch.arange(24.0).view(sizes or (4, 3, 2))
    following.inputs.label(x, Layout.parse("batch=4 seq=3 feature=2"))
    with following:
        value = func(x)
    return following, x, value


@pytest.mark.parametrize(
    "write",
    [
        lambda x: x[0].zero_(),
        lambda x: x.view(-1).add_(1),
        lambda x: x[:, 1].copy_(torch.zeros(4, 2)),
        lambda x: x.T.mul_(2) if x.dim() == 2 else x.mT.mul_(2),
        lambda x: x.detach().zero_(),
        lambda x: x.data.zero_(),
        lambda x: x.data.view(-1)[3:].fill_(1),
        lambda x: x.unbind()[0].relu_(),
        lambda x: torch.add(x[0], 1, out=x[1]),
        lambda x: nn.functional.relu(x[0], inplace=True),
        lambda x: x.unfold(0, 2, 2).zero_(),
    ],
)
def test_a_base_is_unknown_once_a_view_of_it_was_written_to(write):
    def func(x):
        base = x.clone()
        write(base)
        return base

    following, _, base = followed(func)
    assert following.book.mark(base) is None
    with torch.inference_mode():
        following, _, base = followed(func)
        assert following.book.mark(base) is None


def test_a_view_is_unknown_once_its_base_was_written_to():
    def func(x):
        base = x.clone()
        view = base[1:]
        base[2] = 0
        return base, view

    following, _, (base, view) = followed(func)
    assert following.book.mark(view) is None
    assert following.book.mark(base) is not None


def test_out_is_written_by_torch_alone():
    out = torch.zeros(8, 3, 2)
    _book, x, _ = followed(lambda x: torch.cat([x, x], out=out))
    assert torch.equal(out, torch.cat([x, x]))


# What it steps aside for


def test_the_modes_of_others_see_what_they_would_see_without():
    class Functions(TorchFunctionMode):
        seen: list[str]

        def __torch_function__(self, func, types, args=(), kwargs=None):
            self.seen.append(getattr(func, "__name__", ""))
            return func(*args, **(kwargs or {}))

    class Dispatches(TorchDispatchMode):
        seen: list[str]

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            self.seen.append(str(func))
            return func(*args, **(kwargs or {}))

    def seen(mode, follow):
        mode.seen = []
        model = Tagger().eval()
        with mode:
            if follow:
                with tracker():
                    model(IDS)
            else:
                model(IDS)
        return mode.seen

    for kind in (Functions, Dispatches):
        assert seen(kind(), True) == seen(kind(), False)


def test_functional_transforms_are_stepped_aside_for():
    model = nn.Linear(2, 3)
    following, _, y = followed(lambda x: torch.func.vmap(model)(x))
    assert following.book.mark(y) is None
    assert not following._off
    following, _, y = followed(torch.func.grad(lambda x: (x * 2).sum()))
    assert not following._off


@pytest.mark.parametrize(
    "func",
    [
        lambda x: x.to_sparse(),
        lambda x: torch.quantize_per_tensor(x, 0.1, 0, torch.qint8),
        lambda x: torch.view_as_complex(x),
        lambda x: torch.kron(x, x),
        lambda x: x.to("meta"),
        lambda x: torch.nested.nested_tensor([x[0], x[1]]),
        lambda x: nn.functional.embedding_bag(x[..., 0].long() % 3, torch.zeros(3, 2)),
    ],
)
def test_what_has_no_rule_is_unknown_or_right(func, recwarn):
    following, _x, y = followed(func)
    assert not following._off
    if y.is_complex():
        following, _x, y = followed(lambda x: torch.view_as_real(func(x)))
    mark = following.book.mark(y)
    if mark is not None:
        assert torch.equal(mark.tables[next(a for a, _ in mark.of("batch"))].flatten(), torch.arange(4))
    else:
        assert following._report.unfollowed or y.is_nested


def test_a_model_on_meta_is_followed():
    with torch.device("meta"):
        model = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
    report = diagnose(model, torch.zeros(6, 9, 4, device="meta"), axes="batch seq feature")
    assert report.ok
    assert report.exception is None


@pytest.mark.parametrize(
    "index", [torch.tensor([True, False, True, True]), torch.tensor([0, 2]), [0, 2], (slice(None), torch.tensor([1, 1]))]
)
def test_an_index_of_a_subclass_or_of_meta_is_no_mistake(index):
    class Mine(torch.Tensor):
        pass

    index = index.as_subclass(Mine) if isinstance(index, torch.Tensor) else index
    following, _, y = followed(lambda x: x[index])
    assert not following._off
    assert following.book.mark(y) is not None


@pytest.mark.parametrize(
    "context",
    [
        torch.no_grad, torch.inference_mode,
        pytest.param(
            lambda: torch.autocast("cpu", torch.bfloat16), id="autocast",
            marks=pytest.mark.skipif(not CASTS_LSTM, reason=NO_CAST),
        ),
    ],
)
def test_contexts(context):
    model = Tagger().eval()
    with context():
        wanted = model(IDS)
        report = diagnose(model, IDS, axes="batch seq")
        assert report.ok
        assert torch.equal(model(IDS), wanted)
    assert report.exception is None


def test_a_gradient_of_a_gradient():
    class Penalty(nn.Module):
        def __init__(self):
            super().__init__()
            self.fc = nn.Linear(4, 1)

        def forward(self, x):
            x = x.clone().requires_grad_()
            (g,) = torch.autograd.grad(self.fc(x).tanh().sum(), x, create_graph=True)
            g.pow(2).sum().backward()
            return g

    report = diagnose(Penalty(), torch.randn(6, 4), axes="batch feature")
    assert report.exception is None
    assert report.ok


def test_threads_do_not_meet():
    found = []

    def work(axes):
        found.append(
            (axes, [f.code for f in diagnose(nn.GRU(4, 8, batch_first=True), torch.zeros(6, 9, 4), axes=axes).findings])
        )

    threads = [threading.Thread(target=work, args=(axes,)) for axes in ["batch seq feature", "seq batch feature"] * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [("batch seq feature", [])] * 3 + [("seq batch feature", ["RNS201"])] * 3


def test_a_model_that_raises():
    class Model(nn.Module):
        def forward(self, x):
            return raising(x)

    report = diagnose(Model(), torch.zeros(6, 9, 4), axes="batch seq feature")
    assert isinstance(report.exception, RuntimeError)
    assert not report.ok
    assert [(f.code, f.message) for f in report.findings] == [("RNS000", "the model raised RuntimeError: the model's own")]
    assert torch._C._len_torch_function_stack() == 0


@pytest.mark.parametrize("kind", [nn.MultiheadAttention, nn.TransformerEncoderLayer])
def test_attention_in_eval_stays_right(kind):
    class Model(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = kind(4, 2, batch_first=True)

        def forward(self, x):
            return self.layer(x, x, x)[0] if kind is nn.MultiheadAttention else self.layer(x)

    model = Model().eval()
    with torch.no_grad():
        report = diagnose(model, torch.randn(6, 9, 4), axes="batch seq feature")
    assert report.ok
    assert report.exception is None
