"""What users do with a recurrent model: each situation is a function that does it, and returns all that came of it.

Nothing here knows rnnshape. A situation is given its `Place`: the door of rnnshape stands over a model within
``at.over(model)``, and ``at.call(f, ...)`` calls the model, or what was made of it. With no door both do nothing, which is the
run that the others are compared with, bit for bit. What a situation returns may be any nest of plain data, tensors and modules.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import copy
import functools
import gc
import io
import logging
import os
import pickle
import pickletools
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrizations, parametrize, prune
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.checkpoint import checkpoint

LIKE = "batch=6 seq=9 feature=4"
NO_LAYOUT = "no Layout stands for such an input"


class Place(Protocol):
    """Where a situation is run: with a door of rnnshape, or with none."""

    def over(self, *models: nn.Module, like: tuple[object, ...] = (LIKE,)) -> AbstractContextManager[None]:
        """Have the door stand over models; ``like`` is what the first one's ``forward`` takes, for `predict`."""
        ...

    def call(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Call a model, or what was made of one."""
        ...


@dataclass(frozen=True)
class Situation:
    """A row of the table.

    Attributes:
        name: of the function.
        words: what the row says.
        run: does it.
        none: doors that cannot be had there, each with the reason.
    """

    name: str
    words: str
    run: Callable[[Place], object]
    none: dict[str, str] = field(default_factory=dict[str, str])


SITUATIONS: dict[str, Situation] = {}


def situation(words: str, **none: str) -> Callable[[Callable[[Place], object]], Callable[[Place], object]]:
    """Put a function into the table."""

    def put(run: Callable[[Place], object]) -> Callable[[Place], object]:
        assert run.__name__ not in SITUATIONS
        SITUATIONS[run.__name__] = Situation(run.__name__, words, run, none)
        return run

    return put


def _as_it_is(x: Tensor, layout: str) -> Tensor:
    return x


_frames = cast("Any", torch._C)._dynamo.eval_frame
if hasattr(_frames, "set_code_exec_strategy"):  # it stands for nothing, so it is no frame that torch.compile could take
    _skipped = _frames._FrameExecStrategy(_frames._FrameAction.SKIP, _frames._FrameAction.DEFAULT)
    _frames.set_code_exec_strategy(_as_it_is.__code__, _skipped)

stated: list[Callable[[Tensor, str], Tensor]] = [_as_it_is]
"""What the models say of their tensors; the door `assert_layout` stands here."""


class Tagger(nn.Module):
    """Two layers, two directions, dropout: outputs, and random numbers, depend on the mode."""

    def __init__(self, kind: type[nn.RNNBase] = nn.LSTM, **options: Any) -> None:
        super().__init__()
        given = {"num_layers": 2, "bidirectional": True, "dropout": 0.5, "batch_first": True} | options
        self.rnn = kind(4, 8, **given)
        width = (given.get("proj_size") or 8) * (2 if given["bidirectional"] else 1)
        self.fc = nn.Linear(width, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = stated[0](x, "batch seq feature=4")
        return stated[0](self.fc(self.rnn(x)[0]), "batch seq classes=3")


class Simple(Tagger):
    """One GRU, without dropout: what transforms can take apart."""

    def __init__(self, **options: Any) -> None:
        super().__init__(nn.GRU, **{"num_layers": 1, "bidirectional": False, "dropout": 0.0} | options)


class Looped(nn.Module):
    """A cell in a loop of the user's."""

    def __init__(self) -> None:
        super().__init__()
        self.cell, self.fc = nn.LSTMCell(4, 8), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        x = stated[0](x, "batch seq feature=4")
        h = c = x.new_zeros(x.size(0), 8)
        steps: list[Tensor] = []
        for x_t in x.unbind(1):
            h, c = self.cell(x_t, (h, c))
            steps.append(self.fc(h))
        return torch.stack(steps, 1)


def sequences(*sizes: int) -> Tensor:
    return torch.randn(sizes or (6, 9, 4))


def labels() -> Tensor:
    return torch.randint(3, (6, 9))


def cost(y: Tensor, target: Tensor) -> Tensor:
    return F.cross_entropy(y.flatten(0, 1), target.flatten())


def grads(model: nn.Module) -> dict[str, Tensor | None]:
    return {name: p.grad for name, p in model.named_parameters()}


def trained(at: Place, model: nn.Module, *, steps: int = 2) -> object:
    """Train for some steps, and return everything that came of it."""
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    x, target = sequences(), labels()
    seen: list[object] = []
    for _ in range(steps):
        optimizer.zero_grad()
        y = at.call(model, x)
        cost(y, target).backward()
        optimizer.step()
        seen += [y, grads(model)]
    return [seen, model]


# Eager


@situation("training: forward, backward, optimizer")
def train(at: Place) -> object:
    model = Tagger()
    with at.over(model):
        return trained(at, model, steps=4)


@situation("a cell in a loop, trained")
def cells(at: Place) -> object:
    model = Looped()
    with at.over(model):
        return trained(at, model)


@situation("eval mode")
def evaluate(at: Place) -> object:
    model = Tagger().eval()
    with at.over(model):
        return at.call(model, sequences())


@situation("`torch.no_grad`")
def no_grad(at: Place) -> object:
    model = Tagger()
    with at.over(model), torch.no_grad():
        return at.call(model, sequences())


@situation("`torch.inference_mode`")
def inference_mode(at: Place) -> object:
    model = Tagger()
    with at.over(model), torch.inference_mode():
        y = at.call(model, sequences())
        return [y, y.is_inference()]


@situation("autocast to bfloat16")
def autocast(at: Place) -> object:
    model = Tagger()
    with at.over(model), torch.autocast("cpu", torch.bfloat16):
        return trained(at, model)


@situation("float64 as default dtype")
def default_dtype(at: Place) -> object:
    torch.set_default_dtype(torch.float64)
    model = Tagger()
    with at.over(model):
        return [trained(at, model), torch.get_default_dtype()]


@situation("`torch.set_default_device`")
def default_device(at: Place) -> object:
    torch.set_default_device("cpu")
    model = Tagger()
    with at.over(model):
        return [trained(at, model), torch.get_default_device()]


@situation("deterministic algorithms only")
def deterministic(at: Place) -> object:
    torch.use_deterministic_algorithms(True)
    model = Tagger()
    with at.over(model):
        return [trained(at, model), torch.are_deterministic_algorithms_enabled()]


@situation("LBFGS, whose closure calls the model")
def closures(at: Place) -> object:
    model = Simple()
    optimizer = torch.optim.LBFGS(model.parameters(), max_iter=3)
    x, target = sequences(), labels()

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = cost(at.call(model, x), target)
        loss.backward()
        return loss

    with at.over(model):
        return [optimizer.step(closure), grads(model), model]


# Layers and inputs


@situation("`proj_size`")
def projected(at: Place) -> object:
    model = Tagger(proj_size=5)
    with at.over(model):
        return trained(at, model)


class Packed(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, 8, batch_first=True, bidirectional=True), nn.Linear(16, 3)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        x = stated[0](x, "batch seq feature=4")
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        return self.fc(pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0])


@situation("packed sequences")
def packed(at: Place) -> object:
    model, lengths = Packed(), torch.tensor([9, 3, 5, 1, 9, 2])
    with at.over(model, like=(LIKE, "batch: [9, 3, 5, 1, 9, 2]")):
        y = at.call(model, sequences(), lengths)
        y.sum().backward()
        return [y, grads(model)]


class Unbatched(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = nn.LSTM(4, 8)

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(stated[0](x, "seq feature=4"))[0]  # rnnshape: ignore[RNS112]


@situation("unbatched input")
def unbatched(at: Place) -> object:
    model = Unbatched()
    with at.over(model, like=("seq=9 feature=4",)):
        y = at.call(model, sequences(9, 4))
        y.sum().backward()
        return [y, grads(model)]


class Gate(nn.LSTM):
    """A layer of the user's own."""

    def forward(self, input: Tensor, hx: Any = None) -> Any:
        output, state = super().forward(input, hx)
        return output * 2, state


@situation("the user's own subclass of nn.LSTM", convert="a class that somebody else wrote is left alone")
def own_layer(at: Place) -> object:
    model = Tagger(Gate)
    with at.over(model):
        return trained(at, model)


class Marked(Tensor):
    """A subclass of the user's."""


@situation("a tensor subclass of the user's")
def tensor_subclass(at: Place) -> object:
    model = Tagger()
    with at.over(model):
        y = at.call(model, sequences().as_subclass(Marked))
        y.sum().backward()
        return [type(y).__name__, y, grads(model)]


class Summed(nn.Module):
    """Takes what no recurrent layer does, and makes of it what one does."""

    def __init__(self, dense: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.rnn, self.dense = nn.GRU(4, 8, batch_first=True), dense

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(stated[0](self.dense(x * 2), "batch seq feature=4"))[0]


def _nested(layout: torch.layout) -> Tensor:
    return torch.nested.nested_tensor([sequences(9, 4), sequences(3, 4), sequences(5, 4)], layout=layout)


def _padded(x: Tensor) -> Tensor:
    return torch.nested.to_padded_tensor(x, 0.0)


@situation("strided NestedTensor as input", predict=NO_LAYOUT)
def nested(at: Place) -> object:
    model = Summed(_padded)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with at.over(model):
            y = at.call(model, _nested(torch.strided))
            y.sum().backward()
            return [y, grads(model)]


@situation("jagged NestedTensor as input", predict=NO_LAYOUT)
def jagged(at: Place) -> object:
    model = Summed(_padded)
    with at.over(model):
        y = at.call(model, _nested(torch.jagged))
        y.sum().backward()
        return [y, grads(model)]


@situation("sparse input", predict=NO_LAYOUT)
def sparse(at: Place) -> object:
    model = Summed(Tensor.to_dense)
    with at.over(model):
        y = at.call(model, sequences().relu().to_sparse())
        y.sum().backward()
        return [y, grads(model)]


@situation("meta device")
def meta(at: Place) -> object:
    model = Tagger().to("meta")
    with at.over(model):
        y = at.call(model, sequences().to("meta"))
        return [y.shape, y.device]


@situation("FakeTensorMode of the user's")
def fake(at: Place) -> object:
    from torch._subclasses.fake_tensor import FakeTensorMode

    with FakeTensorMode():
        model = Tagger()
        with at.over(model):
            y = at.call(model, torch.empty(6, 9, 4))
            return [y.shape, type(y).__name__]


# Autograd


class Checkpointed(Simple):
    def __init__(self, reentrant: bool) -> None:
        super().__init__(num_layers=2, dropout=0.5)
        self.reentrant = reentrant

    def forward(self, x: Tensor) -> Tensor:
        return checkpoint(super().forward, x, use_reentrant=self.reentrant)


@situation("gradient checkpoints, reentrant")
def checkpoint_reentrant(at: Place) -> object:
    model = Checkpointed(reentrant=True)
    with at.over(model):
        x = sequences().requires_grad_()
        y = at.call(model, x)
        y.sum().backward()
        return [y, x.grad, grads(model)]


@situation("gradient checkpoints, not reentrant")
def checkpoint_not_reentrant(at: Place) -> object:
    model = Checkpointed(reentrant=False)
    with at.over(model):
        return trained(at, model)


@situation("the model is called in a backward, by a tensor's hook")
def called_in_backward(at: Place) -> object:
    model = Simple()
    seen: list[object] = []
    with at.over(model):
        for _ in range(4):
            x = sequences().requires_grad_()

            def hook(grad: Tensor) -> None:
                with torch.no_grad():
                    seen.append(at.call(model, sequences()))

            x.register_hook(hook)
            at.call(model, x).sum().backward()
        return [seen, grads(model)]


@situation("double backward")
def double_backward(at: Place) -> object:
    model, x = Simple(), sequences().requires_grad_()
    with at.over(model):
        y = at.call(model, x)
        [slope] = torch.autograd.grad(y.square().sum(), x, create_graph=True)
        slope.square().sum().backward()
        return [y, slope, x.grad, grads(model)]


class Energy(Simple):
    def forward(self, x: Tensor) -> Tensor:
        with torch.enable_grad():
            x = x.detach().requires_grad_()
            return torch.autograd.grad(super().forward(x).sum(), x, create_graph=True)[0]


@situation("`torch.autograd.grad` inside forward")
def grad_inside(at: Place) -> object:
    model = Energy()
    with at.over(model):
        y = at.call(model, sequences())
        y.square().sum().backward()
        return [y, grads(model)]


class Doubled(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        return x * 2

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> Tensor:
        return grad * 2


class WithFunction(Tagger):
    def forward(self, x: Tensor) -> Tensor:
        return super().forward(Doubled.apply(x))


@situation("a custom autograd Function")
def autograd_function(at: Place) -> object:
    model = WithFunction()
    with at.over(model):
        return trained(at, model)


@situation("hooks on saved tensors")
def saved_tensors(at: Place) -> object:
    model, count = Tagger(), [0, 0]

    def pack(x: Tensor) -> Tensor:
        count[0] += 1
        return x

    def unpack(x: Tensor) -> Tensor:
        count[1] += 1
        return x

    with at.over(model), torch.autograd.graph.saved_tensors_hooks(pack, unpack):
        return [trained(at, model), count]


@situation("anomaly mode, and a NaN that it finds")
def anomaly(at: Place) -> object:
    model = Tagger()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with at.over(model), torch.autograd.detect_anomaly():
            seen = trained(at, model)
            y = at.call(model, sequences())
            try:
                (y.sum() * 0).sqrt().mul(0).backward()
            except RuntimeError as error:
                return [seen, str(error)]
            return seen


@situation("forward-mode differentiation")
def forward_mode(at: Place) -> object:
    import torch.autograd.forward_ad as fwd

    model = Looped()
    with at.over(model), fwd.dual_level():
        y = at.call(model, fwd.make_dual(sequences(), sequences()))
        return list(fwd.unpack_dual(y))


# torch.func


@situation("`torch.func.functional_call`")
def functional_call(at: Place) -> object:
    model = Tagger()
    other = {name: p * 2 for name, p in model.state_dict().items()}
    with at.over(model):
        return torch.func.functional_call(Through(at, model), {f"model.{k}": v for k, v in other.items()}, (sequences(),))


class Through(nn.Module):
    """The door, as a module: for what takes no function."""

    def __init__(self, at: Place, model: nn.Module) -> None:
        super().__init__()
        self.model = model
        self.at = [at]

    def forward(self, x: Tensor) -> Tensor:
        return self.at[0].call(self.model, x)


def _functional(at: Place, model: nn.Module) -> Callable[[dict[str, Tensor], Tensor], Tensor]:
    through = Through(at, model)

    def loss(params: dict[str, Tensor], x: Tensor) -> Tensor:
        return torch.func.functional_call(through, {f"model.{k}": v for k, v in params.items()}, (x,)).square().sum()

    return loss


@situation("`torch.func.grad`")
def func_grad(at: Place) -> object:
    model = Simple()
    with at.over(model):
        return torch.func.grad(_functional(at, model))(dict(model.named_parameters()), sequences())


@situation("`torch.func.vmap` over the samples' gradients")
def func_vmap(at: Place) -> object:
    model = Looped()
    with at.over(model):
        loss = _functional(at, model)
        per_sample = torch.func.vmap(torch.func.grad(loss), in_dims=(None, 0))
        return per_sample(dict(model.named_parameters()), sequences(6, 1, 9, 4))


@situation("`torch.func.jvp`")
def func_jvp(at: Place) -> object:
    model = Looped()
    with at.over(model):
        return torch.func.jvp(functools.partial(at.call, model), (sequences(),), (sequences(),))


@situation("`torch.func.jacrev`")
def func_jacrev(at: Place) -> object:
    model = Looped()
    with at.over(model):
        return torch.func.jacrev(functools.partial(at.call, model))(sequences(2, 3, 4))


# What records or compiles


def _graphs() -> dict[str, object]:
    """Return how many frames torch.compile has taken, and how many graph breaks there were."""
    from torch._dynamo.utils import counters

    return {
        "frames": dict(counters["frames"]), "graphs": counters["stats"]["unique_graphs"],
        "breaks": sum(counters["graph_break"].values()),
    }  # fmt: skip


@situation("`torch.compile`, before the watch begins")
def compiled_before(at: Place) -> object:
    model = Tagger().eval()
    compiled = torch.compile(model, backend="eager")
    x = sequences()
    compiled(x)
    with at.over(model):
        return [at.call(compiled, x), at.call(compiled, x), _graphs()]


@situation("`torch.compile`, under a watch")
def compiled_after(at: Place) -> object:
    model = Tagger()
    with at.over(model):
        compiled = torch.compile(model, backend="eager")
        return [trained(at, compiled), _graphs()]


@situation("`torch.compile(fullgraph=True)`, cells")
def compiled_fullgraph(at: Place) -> object:
    model = Looped()
    with at.over(model):
        compiled = torch.compile(model, backend="eager", fullgraph=True)
        return [trained(at, compiled), _graphs()]


@situation("`torch.compile(fullgraph=True)` with `allow_rnn`")
def compiled_allow_rnn(at: Place) -> object:
    torch._dynamo.config.allow_rnn = True
    model = Simple().eval()
    with at.over(model):
        compiled = torch.compile(model, backend="eager", fullgraph=True)
        return [trained(at, compiled), _graphs()]


@situation("`torch.compile(dynamic=True)`, of several sizes")
def compiled_dynamic(at: Place) -> object:
    model = Looped()
    with at.over(model):
        compiled = torch.compile(model, backend="eager", dynamic=True)
        return [[at.call(compiled, sequences(n, 3, 4)) for n in (2, 3, 4)], _graphs()]


@situation("`module.compile()` in place, AOTAutograd")
def compiled_in_place(at: Place) -> object:
    model = Looped()
    with at.over(model):
        model.compile(backend="aot_eager")
        return [trained(at, model), _graphs()]


@situation("`torch.jit.trace`")
def jit_trace(at: Place) -> object:
    model, x = Tagger().eval(), sequences()
    with at.over(model):
        through = torch.jit.trace(model, x)
        kinds = [node.kind() for node in through.inlined_graph.nodes()]
        return [at.call(through, x), kinds, at.call(model, x)]


class Scripted(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x)[0])


@situation("`torch.jit.script`", assert_layout="only torch's own functions can be scripted")
def jit_script(at: Place) -> object:
    model, x = Scripted(), sequences()
    with at.over(model):
        scripted = torch.jit.script(model)
        return [at.call(scripted, x), at.call(model, x), str(scripted.code)]


@situation("`torch.export`")
def export(at: Place) -> object:
    model, x = Simple().eval(), sequences()
    with at.over(model):
        program = torch.export.export(model, (x,))
        recorded = [str(node.target) for node in program.graph.nodes]
        return [at.call(program.module(), x), recorded, at.call(model, x)]


@situation("`make_fx`")
def make_fx(at: Place) -> object:
    from torch.fx.experimental.proxy_tensor import make_fx

    model, x = Simple().eval(), sequences()
    with at.over(model):
        recorded = make_fx(functools.partial(at.call, model))(x)
        return [[str(node.target) for node in recorded.graph.nodes], recorded(x)]


@situation("`torch.fx.symbolic_trace`")
def fx_trace(at: Place) -> object:
    model, x = Simple(), sequences()
    with at.over(model):
        traced = torch.fx.symbolic_trace(model)
        return [at.call(traced, x), str(traced.graph), at.call(model, x)]


@situation("`torch.profiler`")
def profiler(at: Place) -> object:
    model, x = Tagger().eval(), sequences()
    with at.over(model):
        at.call(model, x)
        with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as profile:
            y = at.call(model, x)
        return [y, sorted((event.key, event.count) for event in profile.key_averages())]


@situation("`FlopCounterMode`")
def flop_counter(at: Place) -> object:
    from torch.utils.flop_counter import FlopCounterMode

    model = Tagger()
    with at.over(model), FlopCounterMode(display=False) as counter:
        return [trained(at, model), counter.get_total_flops()]


# Modes of the user's


class Named(TorchFunctionMode):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func.__name__ not in ("__get__", "dim", "size"):  # whoever asks for a size computes nothing
            self.names.append(func.__name__)
        return func(*args, **kwargs or {})


@situation("a function mode of the user's")
def function_mode(at: Place) -> object:
    model = Tagger()
    with at.over(model), Named() as mode:
        seen = trained(at, model)
    return [seen, mode.names]


class Operators(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self.names.append(str(func))
        return func(*args, **kwargs or {})


@situation("a dispatch mode of the user's")
def dispatch_mode(at: Place) -> object:
    model = Tagger()
    with at.over(model), Operators() as mode:
        seen = trained(at, model)
    return [seen, mode.names]


@situation("`sys.settrace` and `sys.setprofile` of the user's")
def traced(at: Place) -> object:
    def nothing(frame: Any, event: str, arg: object) -> None:
        return None

    model = Tagger()
    with at.over(model):
        sys.settrace(nothing)
        sys.setprofile(nothing)
        try:
            return [trained(at, model), sys.gettrace() is nothing, sys.getprofile() is nothing]
        finally:
            sys.settrace(None)
            sys.setprofile(None)


# Copies


@situation("`copy.deepcopy` while it is watched")
def deepcopied(at: Place) -> object:
    model = Tagger()
    with at.over(model):
        at.call(model, sequences())
        return [trained(at, copy.deepcopy(model)), trained(at, model)]


@situation("`pickle` while it is watched")
def pickled(at: Place) -> object:
    model = Tagger()
    with at.over(model):
        at.call(model, sequences())
        written = pickle.dumps(model)
        # The bytes of a storage have an address in them. `rnnshape.nn.convert` gives a layer another class.
        words = [arg for code, arg, _ in pickletools.genops(written) if "UNICODE" in code.name]
        return [
            [word.replace("rnnshape.nn.layers", "torch.nn.modules.rnn") for word in words],
            trained(at, pickle.loads(written)),
        ]


@situation("`torch.save` and `torch.load` while it is watched")
def saved(at: Place) -> object:
    model, file = Tagger(), io.BytesIO()
    with at.over(model):
        at.call(model, sequences())
        torch.save(model, file)
        file.seek(0)
        return trained(at, torch.load(file, weights_only=False))


@situation("`state_dict` and `load_state_dict` while it is watched")
def state_dict(at: Place) -> object:
    model, other = Tagger(), Tagger()
    with at.over(model):
        at.call(model, sequences())
        missing = model.load_state_dict(other.state_dict())
        return [str(missing), model.state_dict(), trained(at, model)]


@situation("averaged weights (`AveragedModel`)")
def averaged(at: Place) -> object:
    model = Tagger()
    with at.over(model):
        average = torch.optim.swa_utils.AveragedModel(model)
        trained(at, model)
        average.update_parameters(model)
        return [at.call(average, sequences()), average.module]


# Hooks of others


@situation("others' forward hooks, which change arguments and results")
def forward_hooks(at: Place) -> object:
    model, seen = Tagger(), []
    model.rnn.register_forward_pre_hook(lambda module, args: (args[0] * 2,))
    model.rnn.register_forward_hook(lambda module, args, out: (out[0] + 1, out[1]))
    with at.over(model):
        handle = model.fc.register_forward_hook(lambda module, args, out: seen.append(out))
        result = [trained(at, model), seen]
        handle.remove()
        return [result, len(model.rnn._forward_hooks), len(model.fc._forward_hooks)]


@situation("others' full backward hooks")
def backward_hooks(at: Place) -> object:
    model, seen = Tagger(), []
    with at.over(model):
        model.fc.register_full_backward_hook(lambda module, given, grad: seen.append((given, grad)))
        model.fc.register_full_backward_pre_hook(lambda module, grad: seen.append(grad))
        return [trained(at, model), seen]


@situation("others' global module hooks", predict="the dry run calls `forward`, and with it the hooks")
def global_hooks(at: Place) -> object:
    seen: list[str] = []
    model = Tagger()
    handles = [
        nn.modules.module.register_module_forward_pre_hook(lambda module, args: seen.append(type(module).__name__)),
        nn.modules.module.register_module_forward_hook(lambda module, args, out: seen.append(type(module).__name__)),
    ]
    with at.over(model):
        result = trained(at, model)
    for handle in handles:
        handle.remove()
    return [result, seen]


# Parametrizations


@situation("`parametrizations.weight_norm`")
def weight_norm(at: Place) -> object:
    model = Simple()
    parametrizations.weight_norm(model.rnn, "weight_hh_l0")
    with at.over(model):
        return trained(at, model)


@situation("`spectral_norm`, whose buffers move at each call")
def spectral_norm(at: Place) -> object:
    model = Simple()
    parametrizations.spectral_norm(model.rnn, "weight_hh_l0")
    with at.over(model):
        return trained(at, model)


@situation("a parametrization is registered, and removed, under the watch")
def parametrized(at: Place) -> object:
    model = Simple()
    with at.over(model):
        first = trained(at, model)
        parametrize.register_parametrization(model.rnn, "weight_hh_l0", nn.Softplus())
        second = trained(at, model)
        parametrize.remove_parametrizations(model.rnn, "weight_hh_l0")
        return [first, second, trained(at, model)]


@situation("pruning")
def pruned(at: Place) -> object:
    model = Simple()
    prune.random_unstructured(model.rnn, "weight_hh_l0", amount=0.5)
    with at.over(model):
        return trained(at, model)


@situation("`quantize_dynamic`", convert="`nn.convert(model, back=True)` comes first")
def quantized(at: Place) -> object:
    model = Tagger(bidirectional=False).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with at.over(model):
            small = torch.ao.quantization.quantize_dynamic(model, {nn.LSTM, nn.Linear})
            return [
                at.call(model, sequences()),
                at.call(small, sequences()),
                ["quantized" in type(m).__module__ for m in small.modules()],
            ]


# Several processes, threads and devices


@contextlib.contextmanager
def group() -> Iterator[None]:
    """Be the only rank of a distributed run."""
    import torch.distributed as dist

    dist.init_process_group("gloo", store=dist.HashStore(), rank=0, world_size=1)
    try:
        yield
    finally:
        dist.destroy_process_group()


@situation("DataParallel, without a GPU")
def data_parallel(at: Place) -> object:
    model = nn.DataParallel(Tagger())
    with at.over(model):
        return trained(at, model)


@situation("DistributedDataParallel, gloo, one rank")
def distributed(at: Place) -> object:
    with group():
        model = nn.parallel.DistributedDataParallel(Tagger())
        with at.over(model):
            return trained(at, model)


@situation("FSDP2 (`fully_shard`), gloo, one rank")
def fsdp(at: Place) -> object:
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    with group():
        model = fully_shard(Tagger(), mesh=init_device_mesh("cpu", (1,)))
        optimizer = torch.optim.SGD(model.parameters(), 0.1)
        seen: list[object] = []
        with at.over(model):
            for _ in range(2):
                y = at.call(model, sequences())
                y.sum().backward()
                optimizer.step()
                seen.append(y)
            return [seen, [p.full_tensor() for p in model.parameters()]]


def _in_thread(model: nn.Module, at: Place, seed: int) -> Tensor:
    torch.set_num_threads(1)
    x = torch.randn(6, 9, 4, generator=torch.Generator().manual_seed(seed))
    y = at.call(model, x)
    y.sum().backward()
    return y.detach()


@situation("threads, one after another and together")
def threads(at: Place) -> object:
    model = Tagger(dropout=0.0)
    with at.over(model):
        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            one = [pool.submit(_in_thread, model, at, seed).result() for seed in range(3)]
        alone = grads(copy.deepcopy(model))
        model.requires_grad_(False)
        with concurrent.futures.ThreadPoolExecutor(4) as pool, torch.no_grad():
            together = list(pool.map(functools.partial(_only_forward, model, at), range(12)))
        return [one, alone, together, at.call(model, sequences())]


def _only_forward(model: nn.Module, at: Place, seed: int) -> Tensor:
    torch.set_num_threads(1)
    with torch.no_grad():
        return at.call(model, torch.randn(6, 9, 4, generator=torch.Generator().manual_seed(seed)))


@situation("a forked child calls the model")
def forked(at: Place) -> object:
    model = Tagger()
    with at.over(model):
        first = at.call(model, sequences())
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            code = 1
            try:
                with torch.no_grad():
                    os.write(writing, at.call(model, sequences()).numpy().tobytes())
                code = 0
            finally:
                os._exit(code)
        os.close(writing)
        with os.fdopen(reading, "rb") as answer:
            seen = answer.read()
        return [first, seen, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), at.call(model, sequences())]


class Sequences(torch.utils.data.Dataset[tuple[Tensor, Tensor]]):
    def __init__(self) -> None:
        self.x, self.y = sequences(12, 9, 4), torch.randint(3, (12, 9))

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, at: int) -> tuple[Tensor, Tensor]:
        return self.x[at], self.y[at]


@situation("a DataLoader, shuffled")
def data_loader(at: Place) -> object:
    return _epoch(at, 0)


@situation("a DataLoader with worker processes")
def data_loader_workers(at: Place) -> object:
    return _epoch(at, 2)


def _epoch(at: Place, workers: int) -> object:
    model = Tagger()
    loader = torch.utils.data.DataLoader(Sequences(), 6, shuffle=True, num_workers=workers)
    seen: list[object] = []
    with at.over(model):
        for x, target in loader:
            y = at.call(model, x)
            cost(y, target).backward()
            seen += [x, y]
        return [seen, grads(model)]


@situation("asyncio: two tasks take turns")
def coroutines(at: Place) -> object:
    model = Tagger()
    seen: list[object] = []

    async def task(name: str) -> None:
        for _ in range(2):
            seen.append((name, at.call(model, sequences())))
            await asyncio.sleep(0)

    async def both() -> None:
        await asyncio.gather(task("a"), task("b"))

    with at.over(model):
        asyncio.run(both())
        return seen


@situation("a generator, which is left half way")
def generators(at: Place) -> object:
    model = Tagger()

    def outputs() -> Iterator[Tensor]:
        with at.over(model):
            while True:
                yield at.call(model, sequences())

    going = outputs()
    seen = [next(going), next(going)]
    going.close()
    return [seen, model(sequences())]


# Several watches, several models


@situation("two models at once, of one class")
def two_models(at: Place) -> object:
    model, other = Tagger(), Tagger(nn.GRU)
    with at.over(model, other):
        return [trained(at, model), trained(at, other)]


@situation("a watch within a watch, over the same model")
def within(at: Place) -> object:
    model = Tagger()
    with at.over(model):
        first = trained(at, model)
        with at.over(model):
            second = trained(at, model)
        return [first, second, trained(at, model)]


@situation("a model that calls another one, and itself")
def recursive(at: Place) -> object:
    class Again(Simple):
        def forward(self, x: Tensor, depth: int = 3) -> Tensor:
            y = super().forward(x)
            return y + self(x, depth - 1) if depth else y

    model = Again()
    with at.over(model):
        y = at.call(model, sequences())
        y.sum().backward()
        return [y, grads(model)]


@situation("a layer is exchanged under the watch")
def exchanged(at: Place) -> object:
    model = Tagger()
    with at.over(model):
        first = trained(at, model)
        model.rnn = nn.LSTM(4, 8, bidirectional=True, batch_first=True)
        return [first, trained(at, model)]


# What goes wrong, and what is tight


MET_TOO = "what `forward` raises, the dry run meets too"


class Raises(Tagger):
    def __init__(self, error: BaseException) -> None:
        super().__init__()
        self.errors = [error]

    def forward(self, x: Tensor) -> Tensor:
        y = super().forward(x)
        if self.errors:
            raise self.errors.pop()
        return y


@situation("an exception in forward, and training goes on", predict=MET_TOO)
def raising(at: Place) -> object:
    model = Raises(ValueError("of the user's own"))
    with at.over(model):
        said = ""
        try:
            at.call(model, sequences())
        except ValueError as error:
            said = str(error)
        return [said, trained(at, model)]


@situation("KeyboardInterrupt in forward", predict=MET_TOO)
def interrupted(at: Place) -> object:
    model = Raises(KeyboardInterrupt())
    with at.over(model):
        said = ""
        try:
            at.call(model, sequences())
        except KeyboardInterrupt as error:
            said = repr(error)
        return [said, trained(at, model)]


@situation("a KeyboardInterrupt ends the watch itself", predict=MET_TOO)
def interrupted_out(at: Place) -> object:
    model = Raises(KeyboardInterrupt())
    try:
        with at.over(model):
            at.call(model, sequences())
    except KeyboardInterrupt as error:
        return [repr(error), trained(at, model)]
    return None


OURS = 10
"""Frames of rnnshape that a call of a module may take."""


class Deep(nn.Module):
    """As deep as Python lets it be: each level is a module that calls the next."""

    def __init__(self, depth: int) -> None:
        super().__init__()
        self.inner: nn.Module = Deep(depth - 1) if depth else nn.GRU(4, 4, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        result = self.inner(x)
        return stated[0](result[0] if isinstance(result, tuple) else result, "batch seq 4")


@situation("30 modules deep, near the limit of recursion")
def deep(at: Place) -> object:
    model = Deep(30)
    limit = sys.getrecursionlimit()
    with at.over(model):
        at.call(model, sequences())  # what is imported late is imported
        frame, used = sys._getframe(), 0
        while frame := frame.f_back:  # pyright: ignore[reportAssignmentType]
            used += 1
        sys.setrecursionlimit(used + 30 * (3 + OURS) + 80)
        try:
            return at.call(model, sequences())
        finally:
            sys.setrecursionlimit(limit)


@situation("the garbage collector runs all the time")
def collecting(at: Place) -> object:
    model, before = Tagger(), gc.get_threshold()
    with at.over(model):
        gc.set_threshold(1)
        try:
            return trained(at, model)
        finally:
            gc.set_threshold(*before)


@situation("the garbage collector is off")
def not_collecting(at: Place) -> object:
    model = Tagger()
    gc.disable()
    with at.over(model):
        return [trained(at, model), gc.isenabled()]


@situation("warnings are errors")
def warnings_are_errors(at: Place) -> object:
    model = Tagger()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with at.over(model):
            return trained(at, model)


@situation("logging is disabled")
def without_logging(at: Place) -> object:
    logging.disable()
    model = Tagger()
    with at.over(model):
        return trained(at, model)


@situation("the model dies under the watch")
def dies(at: Place) -> object:
    model = Tagger()
    with at.over(model):
        y = at.call(model, sequences())
        y.sum().backward()
        seen = [y, grads(model)]
        del model
        return seen


@situation("the watch begins in one thread, and the model runs in another")
def another_thread(at: Place) -> object:
    model = Tagger()
    seen: list[object] = []
    with at.over(model):
        thread = threading.Thread(target=lambda: seen.append(trained(at, model)))
        thread.start()
        thread.join()
        return seen
