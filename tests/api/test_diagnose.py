import inspect
import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from expected import Expected, report_text
from torch import nn
from torch.nn import functional as F

import rnnshape as rs


class Classifier(nn.Module):
    def __init__(self, flat: bool = True) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)
        self.fc = nn.Linear(16 if flat else 8, 3)
        self.flat = flat

    def forward(self, x, lengths=None):
        _, h = self.rnn(x)
        return self.fc(h.view(x.size(0), -1) if self.flat else h[-1])


X = torch.randn(6, 9, 4, generator=torch.Generator().manual_seed(0))
TARGET = torch.tensor([0, 1, 2, 0, 1, 2])
NO_FORM = "a Layout is needed, such as 'batch seq feature', or an entry for each argument, such as ('batch seq', None)"


def codes(report: rs.Report) -> list[str]:
    return [f.code for f in report.findings]


@pytest.mark.parametrize(
    "axes",
    [
        "batch seq feature",
        "B T F",
        ("batch", "seq", "feature"),
        ("batch seq feature",),
        (("batch", "seq", "feature"),),
        ("batch=6 seq=9 feature=4",),
        {"x": "batch seq feature"},
        {"x": ("batch", "seq", None)},
        [("batch", None, None)],
    ],
)
def test_every_way_to_write_axes(axes) -> None:
    assert codes(rs.diagnose(Classifier(), X, axes=axes)) == ["RNS203"]
    assert codes(rs.diagnose(Classifier(flat=False), X, axes=axes)) == []


def test_one_entry_for_each_argument_and_none_for_no_tensor() -> None:
    lengths = torch.full((6,), 9)
    for axes in (("batch seq feature", "batch"), ("batch seq feature", None), (("batch", "seq", "feature"),)):
        assert codes(rs.diagnose(Classifier(), X, lengths, axes=axes)) == ["RNS203"]
    assert codes(rs.diagnose(Classifier(), x=X, axes={"x": "batch seq feature"})) == ["RNS203"]


def test_nested_arguments_have_nested_axes() -> None:
    class Nested(Classifier):
        def forward(self, batch, pair):
            return super().forward(batch["x"] + pair[0])

    axes = ({"x": "batch seq feature"}, ("batch seq feature", None))
    assert codes(rs.diagnose(Nested(), {"x": X}, (X, 3), axes=axes)) == ["RNS203"]


@pytest.mark.parametrize(
    ("axes", "text"),
    [
        ("batch seq", "axes of 'x': 'batch seq' names 2 dims, and the tensor is (6, 9, 4); write 3 names"),
        (rs.Layout("batch seq"), "axes of 'x': 'batch seq' names 2 dims, and the tensor is (6, 9, 4); write 3 names"),
        (("batch seq", "batch", "batch"), "axes has 3 entries for 1 argument"),
        (
            "batch=5 seq feature",
            "axes of 'x': dim 0 (batch) is 6, expected 5\n  expected  batch=5 seq=9 feature=4\n  got       (6, 9, 4)",
        ),
        (
            "batch seq feature=7",
            "axes of 'x': dim 2 (feature) is 4, expected 7\n  expected  batch=6 seq=9 feature=7\n  got       (6, 9, 4)",
        ),
        (
            "batch (seq feature",
            "axes of 'x': cannot read this layout: this '(' is never closed\n  batch (seq feature\n        ^",
        ),
        (0, f"axes=0: {NO_FORM}"),
        (False, f"axes=False: {NO_FORM}"),
        ({"x": 0}, "axes of 'x': 0 is no Layout; write one such as 'batch seq feature', or a tuple of names"),
        ((0,), "axes of 'x': 0 is no Layout; write one such as 'batch seq feature', or a tuple of names"),
        ("", "axes of 'x': '' names 0 dims, and the tensor is (6, 9, 4); write 3 names"),
    ],
)
def test_axes_that_do_not_fit_are_errors(axes, text) -> None:
    with pytest.raises(rs.SpecError) as raised:
        rs.diagnose(Classifier(), X, axes=axes)
    assert str(raised.value) == text
    assert "__call__" not in nn.RNNBase.__dict__
    assert torch._C._len_torch_function_stack() == 0


def test_target_axes_that_are_none() -> None:
    with pytest.raises(rs.SpecError) as raised:
        rs.diagnose(Classifier(), X, target=TARGET, target_axes=0)
    assert str(raised.value) == f"target_axes=0: {NO_FORM}"


@pytest.mark.parametrize("axes", ["batch seq feature", {"x": "batch seq feature"}, ("batch seq feature", None)])
def test_axes_without_an_input(axes) -> None:
    with pytest.raises(rs.SpecError) as raised:
        rs.diagnose(Classifier(), axes=axes)
    assert str(raised.value) == f"axes={axes!r}: there is no input; give what forward takes, as in diagnose(model, x, axes=...)"


@pytest.mark.parametrize(
    ("given", "what"), [(Classifier, "the class Classifier"), (42, "an int"), (print, "a builtin_function_or_method")]
)
def test_what_is_no_model(given, what) -> None:
    with pytest.raises(rs.SpecTypeError) as raised:
        rs.diagnose(given, X)
    assert str(raised.value) == f"diagnose: {what} is no module; give a model, such as diagnose(Classifier(), x)"


def test_products_are_axes_too() -> None:
    class Decoder(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(4, 8, num_layers=2)

        def forward(self, x, h):
            return self.rnn(x, h)[0]

    x, h = torch.zeros(9, 6, 4), torch.zeros(2, 6, 8)
    for state in ("(layers=2 directions=1) batch hidden", ("layers*directions", "batch", "hidden")):
        assert codes(rs.diagnose(Decoder(), x, h, axes=("seq batch feature", state))) == []


@pytest.mark.filterwarnings("ignore:Using a target size")
def test_the_loss_is_part_of_it() -> None:
    model = Classifier(flat=False)
    target = TARGET.flip(0)[torch.arange(6)]
    report = rs.diagnose(model, X, axes="batch seq feature", target=target, target_axes="batch", loss=F.cross_entropy)
    assert report.ok

    def crossed(output, target):
        return F.mse_loss(output[:, :1], target.float())

    report = rs.diagnose(model, X, axes="batch seq feature", target=TARGET, target_axes="batch", loss=crossed)
    assert codes(report) == ["RNS504"]


def test_an_exception_becomes_a_finding_and_is_kept() -> None:
    class Broken(Classifier):
        def forward(self, x):
            raise KeyError("missing")

    report = rs.diagnose(Broken(), X, axes="batch seq feature")
    assert codes(report) == ["RNS000"]
    assert isinstance(report.exception, KeyError)
    assert report.findings[0].message == "the model raised KeyError: 'missing'"
    assert report.findings[0].location is not None
    assert report.findings[0].location.code == 'raise KeyError("missing")'
    assert not report.ok


def test_a_broken_contract_is_the_finding_and_not_the_exception() -> None:
    report = rs.diagnose(Classifier(), X.transpose(1, 2), axes="batch feature seq")
    assert codes(report) == ["RNS102"]
    assert isinstance(report.exception, RuntimeError)
    assert report.findings[0].suggestion == "the axis of size 4 is at dim 1: input.transpose(1, 2) fits"


def test_events_are_the_calls_with_their_layouts() -> None:
    (event,) = rs.diagnose(Classifier(flat=False), X, axes="batch seq feature").events
    assert (event.module, event.calls) == ("rnn", 1)
    assert str(event.layout("h_n")) == "layers=2 batch=6 hidden=8"


def test_what_has_no_rule_is_listed() -> None:
    class Odd(Classifier):
        def forward(self, x):
            return super().forward(torch.linalg.qr(x)[0] @ torch.eye(4))

    report = rs.diagnose(Odd(), X, axes="batch seq feature")
    assert any("linalg_qr has no rule" in what for what in report.unfollowed)


LOST = (
    "no rule says where axes go in it, so nothing is judged on what it returns; "
    "rnnshape.check(axes=...) around a function that takes this names them"
)


class Polar(nn.Module):
    """A softmax over the batch, behind an operation without a rule."""

    def __init__(self, step: Any) -> None:
        super().__init__()
        self.rnn, self.step = nn.GRU(4, 8, batch_first=True), step

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        output, _ = self.rnn(x)
        odd = torch.polar(output, output)
        return self.step(odd.real)


def competing(y: torch.Tensor) -> torch.Tensor:
    return y.softmax(0)


def test_what_has_no_rule_is_named_with_its_line_among_what_was_not_looked_at() -> None:
    report = rs.diagnose(Polar(competing), X, axes="batch seq feature", probe=False)
    line = inspect.getsourcelines(Polar.forward)[1] + 2
    (said,) = report.blind
    assert said.startswith("polar at ")
    assert said.endswith(f"{Path(__file__).name}:{line}, in Polar.forward: {LOST}")
    assert report.unfollowed == ("polar has no rule, so what it returns is unknown",)
    assert report.findings == ()


def test_a_check_behind_it_names_the_axes_anew_as_is_said() -> None:
    step = rs.check(axes="batch seq feature", on="record")(competing)
    report = rs.diagnose(Polar(step), X, axes="batch seq feature")
    assert [finding.code for finding in report.findings] == ["RNS206"]


def test_what_no_axis_reaches_is_not_among_it() -> None:
    class Apart(Classifier):
        def forward(self, x):
            return super().forward(x) + torch.polar(torch.ones(5), torch.ones(5)).real

    assert rs.diagnose(Apart(flat=False), X, axes="batch seq feature").blind == ()


def test_codes_are_ignored_by_argument_and_by_comment() -> None:
    class Meant(Classifier):
        def forward(self, x):
            _, h = self.rnn(x)
            return self.fc(h.view(x.size(0), -1))  # rnnshape: ignore[RNS203]

    assert rs.diagnose(Meant(), X, axes="batch seq feature").ok
    assert rs.diagnose(Classifier(), X, axes="batch seq feature", ignore=["rns203"]).ok
    with pytest.raises(rs.SpecError):
        rs.diagnose(Classifier(), X, ignore=["RNS999"])


def test_nothing_is_logged_or_warned(caplog, recwarn) -> None:
    with caplog.at_level(logging.WARNING):
        rs.diagnose(Classifier(), X, axes="batch seq feature")
    assert caplog.records == []
    assert not recwarn.list


def test_a_batch_of_one_that_is_squeezed_away(expected: Expected) -> None:
    class Squeezes(Classifier):
        def forward(self, x):
            _, h = self.rnn(x)
            return self.fc(h[-1].squeeze(0)).squeeze(1)

    model = Squeezes(flat=False)
    model.fc = nn.Linear(8, 1)
    report = rs.diagnose(model, X[:1], axes="batch seq feature")
    assert codes(report) == ["RNS212"]
    (finding,) = report.findings
    assert finding.message == "squeeze takes the batch away where it is 1: (1, 8) becomes (8,), and two samples pass"
    assert finding.location is not None
    assert finding.location.code == "return self.fc(h[-1].squeeze(0)).squeeze(1)"
    assert rs.diagnose(model, X, axes="batch seq feature").ok
    golden = Path(__file__).parents[1] / "golden" / "batch_of_one.txt"
    expected(golden, report_text(report, golden.parent))


@pytest.mark.parametrize("name", ["h", "prev_h", "call", "call3h", "c"])
def test_an_argument_may_have_any_name(name: str) -> None:
    forward = f"def forward(self, x, {name}):\n    return self.rnn(x, {name})[0]"
    scope: dict[str, Any] = {}
    exec(forward, scope)
    kind = type("Named", (torch.nn.Module,), {"forward": scope["forward"]})
    model = kind()
    model.rnn = torch.nn.GRU(4, 8, num_layers=2)
    report = rs.diagnose(model, torch.zeros(9, 6, 4), torch.zeros(2, 6, 8), axes=("seq batch feature", "layers batch hidden"))
    assert report.findings == ()
    assert report.unfollowed == ()


# Under a watch of our own


class Walker(nn.Module):
    """Walks on from the place of the sample before: no rule knows it, and an experiment does."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.calls = nn.GRU(4, 8, batch_first=True), 0

    def forward(self, steps):
        self.calls += 1
        return self.rnn(steps.cumsum(0))[0]


@pytest.mark.parametrize("probe", ["auto", True])
@pytest.mark.parametrize("track", [False, 3])
@pytest.mark.parametrize("everything", [False, True])
def test_experiments_are_made_past_a_watch(probe: Any, track: Any, everything: bool) -> None:
    model = Walker()
    with rs.watch(*([] if everything else [model]), track=track, on="record") as watched:
        report = rs.diagnose(model, torch.randn(6, 9, 4), axes="batch seq feature", probe=probe)
    assert codes(report) == ["RNS601"]
    assert not [said for said in report.blind if "somebody watches" in said]
    assert (model.calls, [event.calls for event in watched.events], watched.findings) == (1, [1], ())
