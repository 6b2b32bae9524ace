"""The promises of a watch: what it must not change, and that nothing of it is left behind."""

from __future__ import annotations

import copy
import gc
import io
import logging
import pickle
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules import module as torch_module
from torch.nn.utils.rnn import pack_padded_sequence

from rnnshape import ContractError, RNNShapeWarning, watch

X, SHORT, H = torch.zeros(9, 6, 4), torch.zeros(9, 5, 4), torch.zeros(1, 5, 8)


class Reader(nn.Module):
    """Two layers with dropout between, a cell over their output, and packed input if lengths are given."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.LSTM(4, 8, num_layers=2, dropout=0.5, bidirectional=True)
        self.cell = nn.GRUCell(16, 8)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor, lengths: list[int] | None = None) -> Tensor:
        if lengths is not None:
            x = pack_padded_sequence(x, lengths)
        output, (h_n, _) = self.encoder(x)
        if lengths is not None:
            output = output.data.unsqueeze(0)
        state = h_n[0][: output.size(1)] if output.size(1) <= h_n.size(1) else None
        for step in output:
            state = self.cell(step, state)
        return self.head(state)


def modules_of(model: nn.Module) -> dict[str, Any]:
    """Return what every module of a model consists of, object by object."""
    return {
        f"{path}.{name}": {k: id(v) for k, v in value.items()} if isinstance(value, dict) else value
        for path, module in model.named_modules()
        for name, value in vars(module).items()
        if not isinstance(value, list)
    }


def process() -> dict[str, Any]:
    """Return what a watch could leave behind in the process."""
    classes = [nn.Module, nn.RNNBase, nn.RNN, nn.LSTM, nn.GRU, nn.RNNCellBase, nn.RNNCell, nn.LSTMCell, nn.GRUCell, Reader]
    hooks = {name: dict(value) for name, value in vars(torch_module).items() if name.startswith("_global_") and value}
    return {
        "classes": {c.__name__: {k: id(v) for k, v in vars(c).items() if not k.startswith("__weak")} for c in classes},
        "hooks": hooks,
        "modes": torch._C._len_torch_function_stack(),
        "filters": [f for f in warnings.filters if issubclass(f[2], RNNShapeWarning)],
        "handlers": logging.getLogger("rnnshape").handlers[:],
        "threads": threading.active_count(),
    }


@pytest.fixture(autouse=True)
def _nothing_is_left_behind() -> Iterator[None]:
    before = process()
    yield
    assert process() == before
    assert "__call__" not in vars(nn.RNNBase)
    assert "__call__" not in vars(nn.RNNCellBase)


def no_watch(*_: Any, **__: Any) -> ExitStack:
    return ExitStack()


WATCHES: dict[str, Callable[[nn.Module], Any]] = {
    "model": watch,
    "log": lambda model: watch(model, on="log"),
    "everything": lambda model: watch(),
    "both": lambda model: nested(watch(), watch(model), watch(model, on="warn")),
}
watches = pytest.mark.parametrize("kind", WATCHES)


def nested(*others: Any) -> ExitStack:
    stack = ExitStack()
    for other in others:
        stack.enter_context(other)
    return stack


# Nothing is changed


def train(watching: Callable[[nn.Module], Any]) -> dict[str, Any]:
    torch.manual_seed(0)
    model = Reader()
    outputs: list[Tensor] = []
    gradients: list[Tensor | None] = []
    with watching(model):
        for lengths in (None, [9, 5, 2], None, [7, 7, 1]):
            x = torch.randn(9, 3, 4, requires_grad=True)
            model.zero_grad()
            outputs.append(model(x, lengths))
            outputs[-1].square().sum().backward()
            gradients += [x.grad, *(p.grad for p in model.parameters())]
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter -= 0.01 * parameter.grad
        state = {name: value.clone() for name, value in model.state_dict().items()}
        random = torch.get_rng_state()
    return {"outputs": outputs, "gradients": gradients, "state": state, "random": random}


@watches
def test_outputs_gradients_random_numbers_and_weights_are_bit_for_bit_the_same(kind: str) -> None:
    plain, watched = train(no_watch), train(WATCHES[kind])
    assert len(watched["gradients"]) == len(plain["gradients"]) == 4 * 23
    torch.testing.assert_close(watched, plain, rtol=0, atol=0)
    assert [o.grad_fn.name() for o in watched["outputs"]] == [o.grad_fn.name() for o in plain["outputs"]]


def saved(model: nn.Module) -> bytes:
    buffer = io.BytesIO()
    torch.save(model, buffer)
    return buffer.getvalue()


@watches
def test_pickles_are_byte_for_byte_the_same_during_and_after(kind: str) -> None:
    model = Reader()
    model(X)
    before = pickle.dumps(model), saved(model), repr(model), modules_of(model)
    with WATCHES[kind](model):
        model(X)
        assert (pickle.dumps(model), saved(model), repr(model), modules_of(model)) == before
    assert (pickle.dumps(model), saved(model), repr(model), modules_of(model)) == before


@watches
def test_a_copy_made_during_a_watch_is_a_plain_model(kind: str) -> None:
    torch.manual_seed(0)
    model = Reader().eval()
    with WATCHES[kind](model):
        copies = [copy.deepcopy(model), pickle.loads(pickle.dumps(model))]
        inside = [twin(X) for twin in copies]
    for twin, output in zip(copies, inside, strict=True):
        assert torch.equal(output, model(X))
        assert torch.equal(twin(X), output)
        assert set(vars(twin.encoder)) == set(vars(model.encoder))


def test_a_copy_of_a_watched_model_is_not_watched() -> None:
    model = nn.GRU(4, 8)
    with watch(model) as report:
        copy.deepcopy(model)(X)
    assert report.events == ()


# Hooks of others


def others_hooks(model: nn.Module) -> list[str]:
    """Give a model every kind of hook, and return the list that they write their names to."""
    told: list[str] = []

    def hook(name: str) -> Callable[..., None]:
        return lambda *_, **__: told.append(name)

    model.register_forward_pre_hook(hook("before"))
    model.register_forward_pre_hook(hook("before, with keywords"), with_kwargs=True)
    model.register_forward_hook(hook("after"))
    model.register_forward_hook(hook("always"), always_call=True)
    model.register_full_backward_hook(hook("backward"))
    model.register_full_backward_pre_hook(hook("before backward"))
    model.register_state_dict_pre_hook(hook("state"))
    return told


@watches
def test_the_hooks_of_others_run_as_ever(kind: str) -> None:
    def run(watching: Callable[[nn.Module], Any]) -> list[str]:
        model = nn.GRU(4, 8)
        told = others_hooks(model)
        with watching(model):
            output, _ = model(torch.zeros(9, 6, 4, requires_grad=True))
            output.sum().backward()
            model.state_dict()
            with suppress(RuntimeError):
                model(X, H)
        return told

    plain = run(no_watch)
    assert len(plain) >= 8
    assert run(WATCHES[kind]) == plain


def mixed(name: str) -> nn.Module:
    """Return a layer that somebody changed by torch's own means: its arguments or its result are not what they seem."""
    layer = nn.GRU(4, 8)
    if name == "a pre-hook adds the batch":
        layer.register_forward_pre_hook(lambda module, args: (args[0].unsqueeze(1),))
    elif name == "a pre-hook of keywords adds the batch":
        layer.register_forward_pre_hook(lambda m, a, k: ((a[0].unsqueeze(1),), k), with_kwargs=True)
    elif name == "a hook takes the last step":
        layer.register_forward_hook(lambda module, args, result: (result[0][-1], result[1]))
    elif name == "hooks unbatch and batch":
        layer.register_forward_pre_hook(lambda module, args: (args[0].unsqueeze(1),))
        layer.register_forward_hook(lambda module, args, result: result[0])
    elif name == "forward was replaced":
        layer.forward = lambda input: input.sum()  # type: ignore[method-assign]
    return layer


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "name",
    [
        "a pre-hook adds the batch",
        "a pre-hook of keywords adds the batch",
        "a hook takes the last step",
        "hooks unbatch and batch",
        "forward was replaced",
    ],
)
def test_what_others_change_is_no_finding(name: str) -> None:
    layer = mixed(name)
    given = X if "last step" in name else X[:, 0]
    with watch(layer) as report:
        for _ in range(3):
            layer(given)
    assert (report.findings, report.ok) == ((), True)
    if "adds" in name:
        assert report.unfollowed == ("GRU: a hook changes its arguments or its result",)


@pytest.mark.filterwarnings("error")
def test_a_hook_that_comes_during_a_watch_is_no_finding() -> None:
    layer = nn.GRU(4, 8)
    with watch(layer) as report:
        layer(X)
        handle = layer.register_forward_hook(lambda module, args, result: (result[0][-1], result[1]))
        layer(X)
        handle.remove()
        layer.register_forward_pre_hook(lambda module, args: (args[0][..., :4],))
        layer(torch.zeros(9, 6, 5))
    assert report.findings == ()


@pytest.mark.filterwarnings("error")
def test_a_hook_that_comes_later_may_change_the_result_of_a_subclass_too() -> None:
    class Plain(nn.GRU):
        def forward(self, input: Tensor, hx: Tensor | None = None) -> Any:
            return super().forward(input, hx)

    layer = Plain(4, 8)
    with watch(layer) as report:
        layer(X)
        layer.register_forward_hook(lambda module, args, result: (result[0][-1], result[1]))
        layer(X)
    assert ([event.calls for event in report.events], report.findings) == ([2], ())


def test_what_a_hook_leaves_alone_is_still_judged_by_its_outcome() -> None:
    layer = nn.GRU(4, 8)
    layer.register_forward_pre_hook(lambda module, args: None)
    with watch(layer) as report, pytest.warns(RNNShapeWarning, match="read as one unbatched sequence"):
        layer(X[:, 0])
    assert [finding.code for finding in report.findings] == ["RNS112"]


@pytest.mark.filterwarnings("ignore:`torch.nn.utils.weight_norm` is deprecated")
@pytest.mark.parametrize(
    "change",
    [
        lambda layer: nn.utils.weight_norm(layer, "weight_hh_l0"),
        lambda layer: nn.utils.spectral_norm(layer, "weight_hh_l0"),
        lambda layer: nn.utils.parametrizations.weight_norm(layer, "weight_hh_l0"),
        lambda layer: nn.utils.parametrizations.orthogonal(layer, "weight_hh_l0"),
    ],
    ids=["weight_norm", "spectral_norm", "parametrized weight_norm", "parametrized orthogonal"],
)
def test_weights_that_are_computed(change: Callable[[nn.Module], Any]) -> None:
    torch.manual_seed(0)
    layer = nn.GRU(4, 8)
    change(layer)
    layer.eval()
    plain = layer(X)
    with watch(layer) as report:
        torch.testing.assert_close(layer(X), plain, rtol=0, atol=0)
        with pytest.raises(RuntimeError) as caught:
            layer(SHORT, torch.zeros(1, 6, 8))
    assert [event.calls for event in report.events] == [1]
    told = str(caught.value) + "".join(getattr(caught.value, "__notes__", ()))
    assert "GRU: h_0 axis 'batch' is 6, expected 5" in told


# Nothing is left behind (see the fixture), however a watch ends


def test_when_the_forward_raises() -> None:
    layer = nn.GRU(4, 8)
    with pytest.raises(ContractError), watch(layer):
        layer(X, H)


def test_when_the_body_raises() -> None:
    with pytest.raises(KeyboardInterrupt), watch(nn.GRU(4, 8)), watch():
        raise KeyboardInterrupt


def test_when_watches_of_the_same_and_of_overlapping_models_end_in_another_order() -> None:
    model = Reader()
    ways = [watch(model), watch(model.encoder), watch(), watch(model.cell), watch(model)]
    reports = [way.attach() for way in ways]
    for way in (ways[1], ways[4], ways[0], ways[3], ways[2]):
        model(X)
        way.remove()
    model(X)
    assert [sum(event.calls for event in report.events if "Cell" in event.kind) for report in reports] == [27, 0, 45, 36, 18]
    assert [sum(event.calls for event in report.events if event.kind == "LSTM") for report in reports] == [3, 1, 5, 0, 2]


def test_attach_and_remove_twice_are_no_different_from_once() -> None:
    layer = nn.GRU(4, 8)
    way = watch(layer)
    assert way.attach() is way.attach() is way.report
    layer(X)
    way.remove()
    way.remove()
    layer(X)
    assert [event.calls for event in way.report.events] == [1]
    way.attach()
    layer(X)
    way.remove()
    assert [event.calls for event in way.report.events] == [2]


def test_a_model_may_die_during_a_watch() -> None:
    way = watch(nn.GRU(4, 8))
    way.attach()
    way._session._model = None
    gc.collect()
    assert way._session.observer.doors == {}
    way.remove()


def test_a_layer_that_takes_the_place_and_the_id_of_another_is_not_judged_by_its_configuration() -> None:
    model = nn.Sequential(nn.GRU(4, 8))
    with watch(model) as report:
        for width in range(5, 25):
            old = id(model[0])
            model[0] = nn.GRU(width, 8)
            model(torch.zeros(9, 6, width))
            if id(model[0]) == old:
                break
    assert (report.events, report.findings) == ((), ())


def test_another_call_of_the_class_is_given_back() -> None:
    class Timed(nn.Module):
        mode, input_size, hidden_size, num_layers = "GRU", 4, 8, 1
        bias, batch_first, dropout, bidirectional = True, False, 0.0, False

        def __init__(self) -> None:
            super().__init__()
            self.inner = nn.GRU(4, 8)
            self.calls = 0

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            return super().__call__(*args, **kwargs)

        def forward(self, input: Tensor, hx: Tensor | None = None) -> Any:
            return self.inner(input, hx)

    own, model = Timed.__call__, Timed()
    with watch(model) as report:
        assert Timed.__call__ is not own
        model(X)
    assert Timed.__call__ is own
    assert model.calls == 1
    assert [(event.module, event.calls) for event in report.events] == [("inner", 1), ("", 1)]
