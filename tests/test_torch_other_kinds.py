"""Tensors whose axes nobody can follow: each kind through each door, as an input and made inside, and nothing is disturbed."""

from __future__ import annotations

import logging
import warnings

import pytest
import torch
from torch import Tensor, nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.fx.experimental.symbolic_shapes import ShapeEnv
from torch.utils._pytree import tree_map

import rnnshape as rs
from rnnshape._torch import other_kind

FAKED = "under FakeTensorMode nothing is followed; rnnshape.predict does a dry run with fake tensors of its own"


class Plain(Tensor):
    """Changes nothing."""


class Hearing(Tensor):
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return super().__torch_function__(func, types, args, kwargs or {})


class Wrapping(Tensor):
    @staticmethod
    def __new__(cls, inner):
        return Tensor._make_wrapper_subclass(cls, inner.shape, dtype=inner.dtype, device=inner.device)

    def __init__(self, inner):
        self.inner = inner

    @classmethod
    def __torch_dispatch__(cls, func, types, args=(), kwargs=None):
        def bare(value):
            return value.inner if isinstance(value, Wrapping) else value

        result = func(*tree_map(bare, args), **tree_map(bare, kwargs or {}))
        return tree_map(lambda value: Wrapping(value) if isinstance(value, Tensor) else value, result)


def nested(layout):
    return lambda x: torch.nested.nested_tensor([x[0, :3], x[1], x[2, :2]], layout=layout)


def quantized(x):
    return torch.quantize_per_tensor(x, 0.1, 0, torch.quint8)


def bare(x):
    return x.as_subclass(Tensor)


def padded(x):
    return x.to_padded_tensor(0.0)


KINDS = {
    "strided nested": ("nested", nested(torch.strided), padded),
    "jagged nested": ("NestedTensor", nested(torch.jagged), padded),
    "coo": ("sparse_coo", Tensor.to_sparse, Tensor.to_dense),
    "csr": ("sparse_csr", lambda x: x.reshape(6, 20).to_sparse_csr(), lambda x: x.to_dense().view(6, 5, 4)),
    "mkldnn": ("_mkldnn", Tensor.to_mkldnn, Tensor.to_dense),
    "quantized": ("quantized", quantized, Tensor.dequantize),
    "masked": ("MaskedTensor", lambda x: torch.masked.masked_tensor(x, x > 0.3), lambda x: x.get_data()),
    "hearing": ("Hearing", lambda x: x.as_subclass(Hearing), bare),
    "made of memory": ("Hearing", lambda x: Tensor._make_subclass(Hearing, x), bare),
    "wrapping": ("Wrapping", Wrapping, lambda x: x.inner),
    "plain subclass": ("", lambda x: x.as_subclass(Plain), bare),
    "plain subclass of memory": ("", lambda x: Tensor._make_subclass(Plain, x), bare),
    "complex": ("", lambda x: x.to(torch.complex64), lambda x: x.real),
}
if hasattr(Tensor, "rename"):  # up to torch 2.12
    KINDS["named"] = ("named", lambda x: x.rename("N", "T", "C"), lambda x: x.rename(None))

ZEROS = torch.zeros(6, 5, 4)

OPERATIONS = [
    lambda x: x * 2, lambda x: x + ZEROS, lambda x: ZEROS + x, lambda x: x.relu(), lambda x: x.transpose(1, 2),
    lambda x: x.sum(-1), lambda x: x.max(1), lambda x: x.softmax(-1), lambda x: x.unsqueeze(0), lambda x: x.squeeze(),
    lambda x: x[0], lambda x: x[:, 0], lambda x: x[:2], lambda x: torch.cat([x, x]), lambda x: torch.stack([x, x]),
    lambda x: x.reshape(-1), lambda x: x.view(30, 4), lambda x: x.flatten(1), lambda x: x.chunk(2), lambda x: x.unbind(),
    lambda x: list(x), len, lambda x: x.clone(), lambda x: x.detach(), lambda x: x.data, lambda x: x.contiguous(),
    lambda x: x.float(), lambda x: nn.functional.dropout(x, 0.0),
    lambda x: x.matmul(torch.ones(4, 2)), lambda x: nn.functional.linear(x, torch.ones(3, 4)), lambda x: torch.bmm(x, x),
    lambda x: nn.functional.layer_norm(x, (4,)), lambda x: nn.functional.mse_loss(x, x),
    lambda x: x.index_select(0, torch.tensor([1, 0])), lambda x: x.masked_fill(ZEROS.bool(), 0.0), lambda x: x.expand(6, 5, 4),
    lambda x: x.coalesce(), lambda x: x.values(), lambda x: x.int_repr(), lambda x: x.to_dense(), lambda x: x.sum("C"),
    lambda x: x.mul_(1), lambda x: x.copy_(x), lambda x: x.__setitem__((0,), 0.0), lambda x: x.unsqueeze_(0).squeeze_(0),
    lambda x: torch.add(x, x, out=torch.zeros(6, 5, 4)), lambda x: nn.GRU(4, 3, batch_first=True)(x),
    lambda x: nn.GRUCell(4, 3)(x),
]  # fmt: skip
"""Many of these raise for many kinds; then they do so as without us."""


class Model(nn.Module):
    def __init__(self, make, back):
        super().__init__()
        torch.manual_seed(0)
        self.first, self.second, self.fc = nn.GRU(4, 4, batch_first=True), nn.GRU(4, 4, batch_first=True), nn.Linear(4, 2)
        self.make, self.back = make, back
        self.raised = []

    def forward(self, x):
        if self.make is not None:
            x = self.make(self.first(x)[0].detach())
        for number, operation in enumerate(OPERATIONS):
            try:
                operation(x)
            except Exception as error:
                self.raised.append((number, type(error)))
        return self.fc(self.second(self.back(x))[1][-1])


def data():
    return torch.arange(120.0).view(6, 5, 4) / 120


def diagnosed(model, x):
    return None, rs.diagnose(model, x)


def diagnosed_by_name(model, x):
    return None, rs.diagnose(model, x, axes={"x": "batch seq feature"[: 9 if x.dim() == 2 else None]})


def watched(model, x):
    with rs.watch(model, track=True, on="log") as report:
        return model(x), report


def watched_everywhere(model, x):
    with rs.watch(track=True, on="log") as report:
        return model(x), report


def checked(model, x):
    return rs.check(model, on="log")(x), None


DOORS = [diagnosed, diagnosed_by_name, watched, watched_everywhere, checked]


@pytest.fixture
def mistakes(caplog):
    """Return what the log says of mistakes of ours."""
    caplog.set_level(logging.INFO, "rnnshape")
    return lambda: [record.getMessage() for record in caplog.records if "mistake" in record.getMessage()]


@pytest.fixture(autouse=True)
def _prototypes_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("inside", [False, True], ids=["input", "inside"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_tensor_of_another_kind_is_unknown_and_listed_and_nothing_is_disturbed(kind, inside, door, mistakes):
    name, make, back = KINDS[kind]

    def fresh():
        return (Model(make, back), data()) if inside else (Model(None, back), make(data()))

    model, x = fresh()
    expected, raised = model(x), model.raised
    model, x = fresh()
    output, report = door(model, x)
    assert not mistakes()
    assert model.raised == raised
    assert output is None or torch.equal(output, expected)
    if report is not None:
        assert report.exception is None
        assert not any("mistake" in line for line in report.unfollowed)
    if report is not None and name and not inside:
        assert f"x: a tensor of another kind ({name}), whose axes are unknown" in report.unfollowed
        assert not [finding for finding in report.findings if finding.code > "RNS2"]  # but of calls that no layer takes


@pytest.mark.parametrize("kind", KINDS)
def test_one_place_decides_which_tensors_carry_marks(kind):
    name, make, _ = KINDS[kind]
    assert other_kind(make(data())) == name


@pytest.mark.parametrize("device", ["cpu", "meta"])
@pytest.mark.parametrize("sizes", [(2, 3), ()])
def test_plain_tensors_carry_marks(sizes, device):
    tensor = torch.zeros(sizes, device=device)
    assert other_kind(tensor) == other_kind(nn.Parameter(tensor)) == ""


def test_an_uninitialized_parameter_carries_none():
    assert other_kind(nn.LazyLinear(3).weight) == "UninitializedParameter"


def test_sizes_that_are_symbols_are_unknown_and_no_condition_is_put_on_them(mistakes):
    shapes, real = ShapeEnv(), data()
    with FakeTensorMode(shape_env=shapes, allow_non_fake_inputs=True) as mode:
        x = mode.from_tensor(real, static_shapes=False)
        assert all(type(size) is torch.SymInt for size in x.shape)
        model = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
        model(x)
        before = [str(guard.expr) for guard in shapes.guards]
        assert other_kind(mode.from_tensor(torch.zeros(3), static_shapes=True)) == ""
        report = rs.diagnose(model, x)
        with rs.watch(track=True, on="log") as other:
            model(x)
    assert not mistakes()
    assert [str(guard.expr) for guard in shapes.guards] == before
    assert report.exception is None
    assert report.unfollowed == other.unfollowed == ()
    assert [*map(str, report.blind)] == [*map(str, other.blind)] == [FAKED]


def test_what_a_functional_transform_wraps_is_passed_by(mistakes):
    torch.manual_seed(0)
    model, x = nn.Linear(4, 3), data()
    expected = torch.func.vmap(model)(x)
    with rs.watch(track=True, on="log") as report:
        output = torch.func.vmap(model)(x)
    assert not mistakes()
    assert torch.equal(output, expected)
    assert not report.findings


def test_a_loader_of_tensors_of_another_kind_is_passed_by(mistakes):
    loader = torch.utils.data.DataLoader([Tensor._make_subclass(Hearing, torch.ones(3)) for _ in range(4)], batch_size=2)
    with rs.watch(track=True, on="log"):
        found = [type(batch) for batch in loader]
    assert found == [type(batch) for batch in loader]
    assert not mistakes()


def test_with_a_followed_tensor_it_makes_the_result_unknown_and_that_is_said(mistakes):
    class Mixing(nn.Module):
        def forward(self, x):
            return x.flatten(1) @ torch.eye(20).to_sparse()

    x = data()
    report = rs.diagnose(Mixing(), x, axes="batch seq feature")
    assert report.unfollowed == ("matmul: a tensor of another kind (sparse_coo), whose axes are unknown",)
    assert report.exception is None
    assert not mistakes()
