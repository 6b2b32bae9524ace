import gc
import threading
import warnings
import weakref

import pytest
import torch
from torch import nn
from torch.nn import functional as F
from torch.overrides import TorchFunctionMode
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.dataloader import _BaseDataLoaderIter

import rnnshape as rs


class Classifier(nn.Module):
    """Mixes the samples of h_n, or not."""

    def __init__(self, right: bool = False) -> None:
        super().__init__()
        self.right = right
        self.rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)
        self.fc = nn.Linear(16, 3)
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        _, h = self.rnn(x)
        flat = h.transpose(0, 1).reshape(x.size(0), -1) if self.right else h.view(x.size(0), -1)
        return self.fc(flat)


def loader(batch: int = 6) -> DataLoader:
    generator = torch.Generator().manual_seed(0)
    data = TensorDataset(torch.randn(20, 9, 4, generator=generator), torch.arange(20) % 3)
    return DataLoader(data, batch_size=batch)


@pytest.fixture(autouse=True)
def _nobody_else_listens() -> None:
    """A checked class of an earlier test may still wait for its first batch."""
    gc.collect()
    next(iter(loader()))


def train(model: nn.Module) -> list[float]:
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    losses = []
    for x, y in loader():
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def test_axes_come_from_the_loader_and_the_finding_is_raised() -> None:
    model = Classifier()
    with pytest.raises(rs.ContractError) as raised, rs.watch(model, track=3):
        train(model)
    (finding,) = raised.value.findings
    assert finding.code == "RNS203"
    assert finding.location is not None
    assert finding.location.code.startswith("flat = h.transpose(0, 1).reshape")
    assert finding.suggestion == "instead of h.view(x.size(0), -1): h.transpose(0, 1).flatten(1)"
    assert finding.module == "fc"


def test_the_corrected_model_is_silent_and_trains_the_same() -> None:
    torch.manual_seed(0)
    bare = train(Classifier(right=True))
    torch.manual_seed(0)
    model = Classifier(right=True)
    with rs.watch(model, track=True) as report:
        assert train(model) == bare
    assert report.findings == ()
    assert report.unfollowed == ()


def test_only_the_first_steps_are_followed_and_nothing_is_left_after_them() -> None:
    model = Classifier()
    stack = torch._C._len_torch_function_stack()
    original = _BaseDataLoaderIter.__next__
    with rs.watch(model, track=2, on="log") as report:
        batches = iter(loader())
        for step in range(4):
            model(next(batches)[0]).sum().backward()
            followed = torch._C._len_torch_function_stack() > stack
            # The end of a step is not seen before the next one begins: the loss comes in between.
            assert followed == (step < 2)
        assert "__call__" not in Classifier.__dict__
        assert _BaseDataLoaderIter.__next__ is original
    (finding,) = report.findings
    assert finding.count == 2


def test_without_track_nothing_is_followed() -> None:
    model = Classifier()
    with rs.watch(model) as report:
        train(model)
    assert report.ok


def test_labels_come_from_annotations() -> None:
    jaxtyping = pytest.importorskip("jaxtyping")

    class Annotated(Classifier):
        def forward(self, x: jaxtyping.Float[torch.Tensor, "batch seq 4"]):
            return super().forward(x)

    model = Annotated()
    with rs.watch(model, track=1, on="log") as report:
        model(torch.zeros(6, 9, 4))
    assert [f.code for f in report.findings] == ["RNS203"]
    assert [f.code for f in rs.diagnose(model, torch.zeros(6, 9, 4)).findings] == ["RNS203"]


def test_a_single_sample_is_no_lost_batch() -> None:
    model = Classifier(right=True)
    with rs.watch(model, track=True) as report:
        for x, _ in loader():
            model(x[0:1])
            model(x[-1].unsqueeze(0))
    assert report.findings == ()


class Mode(TorchFunctionMode):
    """A mode of the user's, which changes nothing."""

    def __torch_function__(self, func, types, args=(), kwargs=None):
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize("trains", [True, False])
def test_a_mode_of_the_user_may_stand_above_ours(trains: bool) -> None:
    model = Classifier(right=True).train(trains)
    watching = rs.watch(model, track=1)
    watching.attach()
    with Mode() as mode:
        model(torch.zeros(6, 9, 4)).sum().backward()
        assert torch._C._len_torch_function_stack() == 2
        model(torch.zeros(6, 9, 4))
        assert torch._C._len_torch_function_stack() == 1
        assert torch.overrides._get_current_function_mode() is mode
        watching.remove()
    assert torch._C._len_torch_function_stack() == 0


def test_an_exception_leaves_nothing_behind() -> None:
    model = Classifier()
    with pytest.raises(RuntimeError), rs.watch(model, track=True, on="log"):
        model(torch.zeros(6, 9, 5))
    assert torch._C._len_torch_function_stack() == 0
    assert "__call__" not in Classifier.__dict__
    assert "__call__" not in nn.RNNBase.__dict__


def test_no_tensor_outlives_its_step() -> None:
    model = Classifier(right=True)
    with rs.watch(model, track=True):
        x = torch.zeros(6, 9, 4)
        alive = [weakref.ref(x), weakref.ref(model(x))]
        del x
        gc.collect()
        assert [ref() for ref in alive] == [None, None]


def test_a_whole_process_is_followed_by_outermost_calls() -> None:
    model = Classifier()
    with rs.watch(track=2, on="log") as report:
        train(model)
        call = nn.Module.__dict__["__call__"]
    assert [(f.code, f.count) for f in report.findings] == [("RNS203", 2)]
    assert [e.calls for e in report.events] == [3, 1]
    assert call is nn.Module.__call__


def test_a_negative_number_of_steps_is_refused() -> None:
    with pytest.raises(rs.SpecError) as raised:
        rs.watch(Classifier(), track=-1)
    assert str(raised.value) == "track=-1: a number of steps is needed, or True or False"


def test_steps_that_stop_in_another_order_than_they_began_leave_nothing_behind() -> None:
    original = _BaseDataLoaderIter.__next__
    first, second = (rs.watch(Classifier(right=True), track=True) for _ in range(2))
    first.attach()
    second.attach()
    first.remove()
    model = second._session._model
    assert model is not None
    for x, _ in loader():
        model(x)
    second.remove()
    assert _BaseDataLoaderIter.__next__ is original
    assert torch._C._len_torch_function_stack() == 0


def test_the_one_that_goes_on_still_hears_of_batches() -> None:
    first, second = rs.watch(Classifier(right=True), track=True), rs.watch(mixing := Classifier(), track=True, on="log")
    first.attach()
    report = second.attach()
    first.remove()
    x, _ = next(iter(loader()))
    mixing(x)
    second.remove()
    assert [f.code for f in report.findings] == ["RNS203"]


def test_a_patch_of_somebody_elses_stays_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    original = _BaseDataLoaderIter.__next__
    watching = rs.watch(Classifier(right=True), track=True)
    watching.attach()
    ours, seen = _BaseDataLoaderIter.__next__, []

    def theirs(self):
        seen.append(self)
        return ours(self)

    monkeypatch.setattr(_BaseDataLoaderIter, "__next__", theirs)
    watching.remove()
    assert _BaseDataLoaderIter.__next__ is theirs
    assert len(list(loader())) == 4
    assert len(seen) == 5
    monkeypatch.undo()
    again = rs.watch(Classifier(right=True), track=True)
    again.attach()
    again.remove()
    assert _BaseDataLoaderIter.__next__ is original, "what was left in the chain goes with the next watch"


def test_batches_in_another_thread_are_not_labelled() -> None:
    model, found = Classifier(), []

    def other() -> None:
        x, _ = next(iter(loader()))
        found.append(x)

    with rs.watch(model, track=True) as report:
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        stack = torch.overrides._get_current_function_mode_stack()
        assert stack[-1].book.mark(found[0]) is None
    assert report.ok


def test_a_note_is_logged_and_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    class Dropping(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn, self.drop = nn.GRU(4, 8, batch_first=True), nn.Dropout1d(0.5)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.drop(self.rnn(x)[0])

    model = Dropping()
    with caplog.at_level("INFO", "rnnshape"), rs.watch(model, track=True) as report:
        model(torch.zeros(3, 5, 4))
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("RNS217", "info")
    assert [r.levelname for r in caplog.records if getattr(r, "rnnshape", None) == finding] == ["INFO"]


def test_two_trackers_on_the_same_calls_are_each_right() -> None:
    model = Classifier()
    with rs.watch(model, track=True, on="record") as outer:
        x = next(iter(loader()))[0]
        inner = rs.diagnose(model, x, axes="batch seq feature")
        bare = rs.diagnose(model, x)
    for report in (inner, outer):
        assert [(f.code, f.module) for f in report.findings] == [("RNS203", "fc")]
        assert report.exception is None
    assert [f.code for f in bare.findings] == [f.code for f in rs.diagnose(model, x).findings]
    assert torch._C._len_torch_function_stack() == 0


@pytest.mark.parametrize("on", ["raise", "warn"])
def test_what_the_outer_tracker_raises_the_inner_records(on: str) -> None:
    model = Classifier()
    batch = next(iter(loader()))[0]
    with rs.watch(model, track=True, on="raise") as outer, warnings.catch_warnings():
        warnings.simplefilter("error")
        batch = next(iter(loader()))[0]
        with pytest.raises(rs.ContractError) as raised, rs.watch(model, track=True, on=on) as inner:
            model(batch)
    assert [(f.code, f.module, f.count) for report in (outer, inner) for f in report.findings] == [("RNS203", "fc", 1)] * 2
    assert len(raised.value.findings) == 1
    assert not hasattr(raised.value, "__notes__")


def test_diagnose_within_a_watch_that_raises_has_the_finding_and_not_the_exception_of_the_watch() -> None:
    model = Classifier()
    with rs.watch(model, track=True, on="raise"):
        batch = next(iter(loader()))[0]
        report = rs.diagnose(model, batch, axes="batch seq feature")
    assert [(f.code, f.count) for f in report.findings] == [("RNS203", 1)]
    assert isinstance(report.exception, rs.ContractError)


def test_two_trackers_that_warn_speak_once() -> None:
    model = Classifier()
    with rs.watch(model, track=True, on="warn") as outer, rs.watch(model, track=True, on="warn") as inner:
        batch = next(iter(loader()))[0]
        with pytest.warns(rs.RNNShapeWarning) as warned:
            model(batch)
    assert len(warned) == 1
    assert [f.code for report in (outer, inner) for f in report.findings] == ["RNS203", "RNS203"]
