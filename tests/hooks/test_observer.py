"""What a watch does with what it sees: raise, warn, log, add notes, step aside; what it counts, and how it names things."""

from __future__ import annotations

import json
import linecache
import logging
import pickle
import threading
import warnings
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from rnnshape import ContractError, Event, Finding, Report, RNNShapeError, RNNShapeWarning, watch
from rnnshape.api.watch import NO_AXES
from rnnshape.hooks import class_call
from rnnshape.hooks.layer import Door
from rnnshape.hooks.observer import Observer
from rnnshape.report.reporter import Reporter
from rnnshape.report.words import message_of

X, WRONG = torch.zeros(9, 6, 4), torch.zeros(1, 5, 8)


def line(code: str, file: str, **names: Any) -> Any:
    """Run a line of a file that is nowhere on disk."""
    linecache.cache[file] = (len(code), None, [code], file)
    exec(compile(code, file, "exec"), names)


class Classifier(nn.Module):
    def __init__(self, **options: Any) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8, **options)
        self.head = nn.Linear(8, 3)

    def forward(self, x: Tensor, h_0: Tensor | None = None) -> Tensor:
        output, _ = self.rnn(x, h_0)
        return self.head(output)


WORDS = """\
RNS106 error: rnn (GRU): h_0 axis 'batch' is 5, expected 6
  expected  (layers=1, batch=6, hidden=8)
  got       (       1,       5,        8)
                             ^
  layers=1  from num_layers=1
  batch=6   from dim 1 of the input (9, 6, 4), since batch_first=False
  hidden=8  from hidden_size=8
  torch.zeros(1, input.size(1), 8) fits
  at tests/hooks/test_observer.py:{line}, in Classifier.forward:  output, _ = self.rnn(x, h_0)
  see: rnnshape explain RNS106"""
CALLED = Path(__file__).read_text(encoding="utf-8").splitlines().index("        output, _ = self.rnn(x, h_0)") + 1
WORDS = WORDS.replace("{line}", str(CALLED))
FACT, *SHOWN, _, SEE = WORDS.removeprefix("RNS106 error: ").split("\n")
HEAD = f"RNS106 error: state of another batch    tests/hooks/test_observer.py:{CALLED}, in Classifier.forward"
LOGGED = "\n".join([HEAD, "    output, _ = self.rnn(x, h_0)", f"  {FACT}", *SHOWN, SEE])


@pytest.fixture(autouse=True)
def _in_the_repository(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])


# Raise


def test_an_error_is_raised_before_torch_runs() -> None:
    model = Classifier()
    with watch(model) as report, pytest.raises(ContractError) as caught:
        model(X, WRONG)
    error = caught.value
    assert str(error) == WORDS
    assert isinstance(error, RuntimeError)
    assert isinstance(error, ValueError)
    assert isinstance(error, RNNShapeError)
    assert error.findings == report.findings
    assert not hasattr(error, "__notes__")
    assert error.__cause__ is None
    assert error.__context__ is None
    assert report.events == ()


def test_every_error_of_a_call_is_raised_at_once() -> None:
    layer = nn.LSTM(4, 8)
    with watch(layer) as report, pytest.raises(ContractError) as caught:
        layer(X.double(), (WRONG, torch.zeros(1, 7, 8)))
    assert [(f.code, f.subject) for f in caught.value.findings] == [
        ("RNS110", "input"),
        ("RNS106", "h_0"),
        ("RNS106", "c_0"),
    ]
    assert str(caught.value) == message_of(caught.value.findings)
    assert report.findings == caught.value.findings


def test_the_same_error_is_raised_each_time_and_counted() -> None:
    model = Classifier()
    with watch(model) as report:
        for _ in range(3):
            with pytest.raises(ContractError):
                model(X, WRONG)
    assert [finding.count for finding in report.findings] == [3]


def test_a_watch_within_another_raises_once() -> None:
    model = Classifier()
    with watch(model) as outer, watch(on="log") as everywhere, watch(model) as inner, pytest.raises(ContractError) as caught:
        model(X, WRONG)
    assert str(caught.value) == WORDS
    assert [[(f.code, f.module, f.count) for f in report.findings] for report in (inner, everywhere, outer)] == [
        [("RNS106", "rnn", 1)],
        [("RNS106", "Classifier.rnn", 1)],
        [("RNS106", "rnn", 1)],
    ]
    assert [report.silent for report in (inner, everywhere, outer)] == [(), (), ()]
    with watch(model) as outer, watch(model, on="log") as inner, pytest.raises(ContractError) as caught:
        model(X, WRONG)
    assert not hasattr(caught.value, "__notes__")
    assert (len(inner.findings), len(outer.findings)) == (1, 1)


def test_a_mere_warning_is_never_raised() -> None:
    layer = nn.GRU(4, 8)
    with watch(layer) as report, pytest.warns(RNNShapeWarning) as caught:
        layer(X[0])
    assert [str(w.message) for w in caught] == [message_of(report.findings)]
    assert report.findings[0].severity == "warning"


# Warn and log


def test_an_error_is_warned_of_at_the_users_line_and_torchs_exception_has_the_note() -> None:
    model = Classifier()
    with watch(model, on="warn") as report, pytest.warns(RNNShapeWarning) as warned, pytest.raises(RuntimeError) as caught:
        model(X, WRONG)
    assert [(str(w.message), w.filename, w.lineno) for w in warned] == [(WORDS, "tests/hooks/test_observer.py", CALLED)]
    assert type(caught.value) is RuntimeError
    assert str(caught.value) == "Expected hidden size (1, 6, 8), got [1, 5, 8]"
    assert caught.value.__notes__ == [f"rnnshape: {WORDS}"]
    assert [finding.count for finding in report.findings] == [1]


def test_an_error_is_logged_once_with_its_finding(caplog: pytest.LogCaptureFixture) -> None:
    model = Classifier()
    with watch(model, on="log") as report:
        for _ in range(3):
            with pytest.raises(RuntimeError) as caught:
                model(X, WRONG)
            assert caught.value.__notes__ == [f"rnnshape: {WORDS}"]
    (record,) = caplog.records
    assert (record.name, record.levelname, record.getMessage()) == ("rnnshape", "ERROR", LOGGED)
    (finding,) = report.findings
    assert finding.count == 3
    assert vars(record)["rnnshape"] == Finding(**{**{n: getattr(finding, n) for n in finding.__slots__}, "count": 1})


def test_each_kind_of_call_is_logged_once_with_its_event(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "rnnshape")
    model = Classifier()
    with watch(model) as report:
        for steps in (9, 9, 5, 9, 5):
            model(X[:steps])
    assert [record.getMessage() for record in caplog.records] == [
        f"rnn (GRU): input seq={n} batch=6 feature=4 ({n}, 6, 4), output seq={n} batch=6 hidden=8 ({n}, 6, 8), "
        "h_n layers=1 batch=6 hidden=8 (1, 6, 8)"
        for n in (9, 5)
    ]
    assert [str(vars(record)["rnnshape"]) for record in caplog.records] == list(map(str, report.events))
    assert [event.calls for event in report.events] == [3, 2]


# Record


def test_a_record_leaves_torchs_exception_and_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    model = Classifier()
    with watch(model, on="record") as report:
        model(X)
        with pytest.raises(RuntimeError) as caught:
            model(X, WRONG)
        model(X)
    assert (type(caught.value), str(caught.value)) == (RuntimeError, "Expected hidden size (1, 6, 8), got [1, 5, 8]")
    assert not hasattr(caught.value, "__notes__")
    assert caplog.records == []
    assert [event.calls for event in report.events] == [2]
    assert message_of(report.findings) == WORDS
    assert report.silent == ()


def test_a_finding_that_came_without_an_exception_is_silent() -> None:
    layer = nn.GRU(4, 8)
    with watch(layer, on="record") as report:
        layer(X[0])
    assert [finding.code for finding in report.silent] == ["RNS112"]
    with watch(layer) as report, pytest.raises(ContractError):
        layer(X, WRONG)
    assert (len(report.findings), report.silent) == (1, ())


def test_an_exception_of_a_call_that_only_its_outcome_shows_to_be_wrong_tells_of_it() -> None:
    layer = nn.GRU(4, 8)
    layer.register_forward_pre_hook(lambda module, args: None)
    with watch(layer, on="record") as report, pytest.raises(RuntimeError) as caught:
        layer(X, WRONG)
    assert not hasattr(caught.value, "__notes__")
    assert report.silent == ()


@pytest.mark.parametrize(("on", "notes"), [("record", 0), ("log", 1)])
def test_an_exception_that_the_tracker_explains(on: Any, notes: int) -> None:
    model = Classifier(bidirectional=True)
    with watch(model, on=on, track=True) as report, pytest.raises(RuntimeError) as caught:
        model(X)
    assert len(getattr(caught.value, "__notes__", ())) == notes
    assert [finding.code for finding in report.findings] == ["RNS308"]
    assert report.silent == ()


@pytest.mark.filterwarnings("error::rnnshape.RNNShapeWarning")
def test_warnings_may_be_made_errors_by_the_user() -> None:
    layer = nn.GRU(4, 8)
    with watch(layer), pytest.raises(RNNShapeWarning):
        layer(X[0])


# Notes on the exceptions of others


class Failing(nn.GRU):
    def forward(self, input: Tensor, hx: Tensor | None = None) -> Any:
        raise IndexError("list index out of range")


def notes(layer: nn.Module, *args: Any, **kwargs: Any) -> tuple[BaseException, list[str], Report]:
    with watch(layer) as report, pytest.raises(BaseException) as caught:
        layer(*args, **kwargs)
    return caught.value, getattr(caught.value, "__notes__", []), report


def test_an_exception_for_another_reason_shows_the_call() -> None:
    error, told, report = notes(Failing(4, 8), X)
    assert (type(error), str(error)) == (IndexError, "list index out of range")
    call = "Failing: input seq=9 batch=6 feature=4 (9, 6, 4)"
    assert told == [f"rnnshape: the call was {call}, which fits the contract of GRU(4, 8)"]
    assert (report.findings, report.events) == ((), ())


def test_what_an_overridden_forward_was_given_is_told_under_reserve_and_is_no_finding() -> None:
    _, told, report = notes(Failing(4, 8), X[..., :3])
    assert told == [
        "rnnshape: unless a hook or an overridden forward changed the call:\n"
        "RNS102 error: Failing: input axis 'feature' is 3, expected input_size=4\n"
        "  expected  (seq, batch, feature=4)   batch_first=False\n"
        "  got       (  9,     6,         3)\n"
        "                                 ^\n"
        "  no edit: whether the layer or what it is given has the wrong width, no size tells\n"
        f"  at {report_line()}\n"
        "  see: rnnshape explain RNS102"
    ]
    assert report.findings == ()


def report_line() -> str:
    source = Path(__file__).read_text(encoding="utf-8").splitlines()
    number = source.index("        layer(*args, **kwargs)") + 1
    return f"tests/hooks/test_observer.py:{number}, in notes:  layer(*args, **kwargs)"


def test_a_call_that_torch_was_seen_to_take_before_and_refuses_now() -> None:
    layer = nn.GRU(4, 8)
    with watch(layer) as report:
        layer(X)
        layer.double()
        with pytest.raises(ValueError, match="does not match weight dtype") as caught:
            layer(X)
    assert caught.value.__notes__[0].startswith("rnnshape: RNS110 error: GRU: input is float32, expected float64")
    assert [finding.code for finding in report.findings] == ["RNS110"]
    assert [event.calls for event in report.events] == [1]


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_what_stops_the_program_passes_without_a_note(stop: type[BaseException]) -> None:
    class Stopping(nn.GRU):
        def forward(self, input: Tensor, hx: Tensor | None = None) -> Any:
            raise stop

    error, told, report = notes(Stopping(4, 8), X)
    assert (type(error), told, report.findings) == (stop, [], ())


@pytest.mark.parametrize("call", [lambda m: m(), lambda m: m(X, None, None), lambda m: m(X, h=None), lambda m: m(hx=None)])
def test_a_call_that_python_refuses_is_pythons_matter(call: Any) -> None:
    layer = nn.GRU(4, 8)
    with watch(layer) as report, pytest.raises(TypeError) as caught:
        call(layer)
    assert not hasattr(caught.value, "__notes__")
    assert (report.findings, report.events) == ((), ())


def test_an_ignored_error_is_torchs_matter() -> None:
    layer = nn.GRU(4, 8)
    with watch(layer, ignore=["rns106"]) as report, pytest.raises(RuntimeError) as caught:
        layer(X, WRONG)
    assert type(caught.value) is RuntimeError
    assert not hasattr(caught.value, "__notes__")
    assert report.findings == ()


# A mistake of our own


@pytest.mark.parametrize("method", ["known", "judge", "findings", "count", "event"])
def test_a_mistake_of_ours_is_logged_once_and_the_model_runs_on(
    method: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def mistaken(*_: Any, **__: Any) -> Any:
        raise ZeroDivisionError("ours")

    plain = Classifier()
    expected = plain(X)
    monkeypatch.setattr(Door, method, mistaken)
    with watch(plain) as report:
        for _ in range(3):
            assert torch.equal(plain(X), expected)
            with pytest.raises(RuntimeError) as caught:
                plain(X, WRONG)
            assert type(caught.value) in (RuntimeError, ContractError)
    errors = [record for record in caplog.records if record.levelname == "ERROR"]
    assert len(errors) == 1
    first, *trace = errors[0].getMessage().split("\n")
    assert first == "rnnshape made a mistake and steps aside; the model runs on unwatched. Please report this"
    assert trace[-2:] == ["ZeroDivisionError: ours", ""]
    assert errors[0].exc_info is None
    assert report.unfollowed == ("every call after a mistake of rnnshape's own, which is in the log",)


def test_another_watch_goes_on_when_one_steps_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    model = Classifier()
    with watch(model) as outer, watch(model) as inner:
        monkeypatch.setattr(inner, "passage", None)
        model(X)
        model(X)
    assert (inner.events, [event.calls for event in outer.events]) == ((), [2])


def test_a_file_that_cannot_be_written_to_does_not_stop_the_model(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    model = Classifier()
    way = watch(model, jsonl=tmp_path / "calls.jsonl", on="log")
    with way as report:
        assert way._lines is not None
        way._lines._file.close()
        model(X)
        with pytest.raises(RuntimeError):
            model(X, WRONG)
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "I/O operation on closed file" in caplog.records[0].getMessage()
    assert report.findings == ()


def test_an_error_is_raised_even_where_it_cannot_be_recorded(caplog: pytest.LogCaptureFixture) -> None:
    def refuse(_: Any) -> None:
        raise OSError("no space left on device")

    model = Classifier()
    with watch(model) as report:
        report.sinks.append(refuse)
        with pytest.raises(ContractError) as caught:
            model(X, WRONG)
        report.sinks.clear()
    assert str(caught.value) == WORDS
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "no space left on device" in caplog.records[0].getMessage()


# Lines


def test_a_matrix_is_told_of_once_for_each_line_and_counted() -> None:
    layer = nn.GRU(4, 8)

    def steps() -> None:
        for _ in range(3):
            layer(X[0])
            layer(X[0, :3])
        layer(X[0])

    with watch(layer) as report, pytest.warns(RNNShapeWarning) as caught:
        steps()
    assert len(caught) == 3
    assert [finding.count for finding in report.findings] == [3, 3, 1]
    assert [event.calls for event in report.events] == [4, 3]


@pytest.mark.parametrize("comment", ["rnnshape: ignore", "rnnshape: ignore[RNS112]", "rnnshape: ignore[rns103, rns112] meant"])
@pytest.mark.filterwarnings("error")
def test_a_comment_on_the_line_silences_it(comment: str) -> None:
    layer = nn.GRU(4, 8)
    with watch(layer) as report:
        line(f"layer(x)  # {comment}", f"{comment}.py", layer=layer, x=X[0])
        with pytest.raises(RNNShapeWarning):
            line("layer(x)  # rnnshape: ignore[RNS103]", "other.py", layer=layer, x=X[0])
    assert [finding.code for finding in report.findings] == ["RNS112"]
    assert [event.calls for event in report.events] == [1]


@pytest.mark.filterwarnings("error")
def test_an_ignored_warning_costs_nothing_more_than_a_right_call() -> None:
    layer = nn.GRU(4, 8)
    way = watch(layer, ignore=["RNS112"])
    with way as report:
        layer(X[0])
        (door,) = way._session.observer.doors.values()
        assert door.known((X[0],), {}) is not None
        layer(X[0])
    assert (report.findings, [event.calls for event in report.events]) == ((), [2])


# Everything in the process


def test_every_layer_is_seen_and_named_whenever_it_was_made() -> None:
    first = nn.GRU(4, 8)
    with watch() as report:
        model = nn.Sequential(Classifier())
        model(X)
        model(X)
        first(X)
        nn.GRU(4, 8)(X)
        twin = nn.GRU(4, 8)
        twin(X)
        nn.LSTMCell(4, 8)(X[0])
    assert [(event.module, event.kind, event.calls) for event in report.events] == [
        ("Sequential.0.rnn", "GRU", 2),
        ("GRU", "GRU", 1),
        ("GRU #2", "GRU", 1),
        ("GRU #3", "GRU", 1),
        ("LSTMCell", "LSTMCell", 1),
    ]


def test_layers_made_before_are_named_by_the_calls_on_the_stack() -> None:
    model, twin = Classifier(), Classifier()
    with watch() as report:
        model(X)
        twin(X)
        with pytest.raises(ContractError) as caught:
            twin(X, WRONG)
    assert [event.module for event in report.events] == ["Classifier.rnn", "Classifier.rnn #2"]
    assert str(caught.value) == WORDS.replace("rnn (GRU)", "Classifier.rnn #2 (GRU)", 1)


def test_twins_without_end_are_counted_together() -> None:
    with watch() as report:
        kept = [nn.GRU(4, 8) for _ in range(30)]
        for layer in kept:
            layer(X)
    assert [event.module for event in report.events] == ["GRU", *(f"GRU #{n}" for n in range(2, 21))]
    assert report.events[-1].calls == 11


def test_layers_that_come_and_go_leave_nothing_in_the_watch() -> None:
    way = watch()
    with way:
        for _ in range(50):
            Classifier()(X[:1])
        assert len(way._session.observer.doors) <= 1
        assert way._session.observer._family is not None
        assert len(way._session.observer._family._parents) <= 2


def test_a_layer_in_a_model_keeps_the_path_of_the_model() -> None:
    model = nn.ModuleDict({"encoder": nn.ModuleList([nn.GRU(4, 8), nn.GRUCell(8, 8)])})
    with watch(model) as report:
        output, _ = model["encoder"][0](X)  # type: ignore[index]
        model["encoder"][1](output[0])  # type: ignore[index]
    assert [event.module for event in report.events] == ["encoder.0", "encoder.1"]


def test_no_call_is_an_empty_report() -> None:
    with watch(Classifier()) as one, watch() as every:
        pass
    for report in (one, every):
        assert (report.events, report.findings, report.unfollowed, report.ok) == ((), (), (), True)
        assert str(report) == "0 recurrent layers, 0 calls, 0 findings"


# Lines of JSON


def test_lines_of_json(tmp_path: Path) -> None:
    file, model = tmp_path / "calls.jsonl", Classifier()
    with watch(model, jsonl=file) as report:
        model(X)
        assert len(file.read_text(encoding="utf-8").splitlines()) == 1  # as they come
        model(X)
        with pytest.raises(ContractError):
            model(X, WRONG)
        report.did_not_look("compiled", "rnn")
    call, finding, no_axes, blind, total = map(json.loads, file.read_text(encoding="utf-8").splitlines())
    layouts = {
        "input": {"layout": "seq=9 batch=6 feature=4", "sizes": [9, 6, 4]},
        "output": {"layout": "seq=9 batch=6 hidden=8", "sizes": [9, 6, 8]},
        "h_n": {"layout": "layers=1 batch=6 hidden=8", "sizes": [1, 6, 8]},
    }
    event = {"module": "rnn", "kind": "GRU", "spec": "GRU(4, 8)", "batch_first": False, "packed": None, "given": [], "calls": 1}
    assert call == {"type": "call", **event, "layouts": layouts}
    assert finding == {"type": "finding", **json.loads(json.dumps(report.findings[0].to_dict()))}
    assert no_axes == {"type": "blind", "message": NO_AXES}
    assert blind == {"type": "blind", "message": "rnn: compiled"}
    assert total == {"type": "total", "module": "rnn", "layouts": layouts, "calls": 2}


def test_a_new_watch_begins_the_file_anew(tmp_path: Path) -> None:
    file, model = tmp_path / "calls.jsonl", Classifier()
    way = watch(model, jsonl=str(file))
    for _ in range(2):
        with way:
            model(X)
    assert [json.loads(text)["type"] for text in file.read_text(encoding="utf-8").splitlines()] == ["blind", "total"]
    with pytest.raises(OSError, match="No such file"):
        watch(model, jsonl=tmp_path / "nowhere" / "calls.jsonl").attach()
    assert "__call__" not in vars(nn.RNNBase)


def test_events_say_which_states_were_given_and_what_was_packed() -> None:
    layer = nn.LSTM(4, 8, batch_first=True)
    packed = nn.utils.rnn.pack_padded_sequence(X, [9, 9, 5, 4, 2, 1])
    with watch(layer) as report:
        layer(packed, hx=(torch.zeros(1, 6, 8), torch.zeros(1, 6, 8)))
    (event,) = report.events
    assert (event.given, event.packed, event.batch_first) == (("h_0", "c_0"), (6, 9), True)
    state = "layers=1 batch=6 hidden=8 (1, 6, 8)"
    assert str(event) == (
        f"LSTM: input packed=30 feature=4 (30, 4), h_0 {state}, c_0 {state}, "
        f"output packed=30 hidden=8 (30, 8), h_n {state}, c_n {state}"
    )
    assert isinstance(event, Event)


# Several watches at once


@pytest.mark.parametrize("on", ["warn", "log"])
def test_two_watches_record_the_same_and_one_speaks(on: Any, caplog: pytest.LogCaptureFixture) -> None:
    model = Classifier()
    with warnings.catch_warnings(record=True) as warned, watch(model, on=on) as outer, watch(model, on=on) as inner:
        warnings.simplefilter("always")
        for _ in range(2):
            model.rnn(X[0])
    assert [[(f.code, f.count) for f in report.findings] for report in (outer, inner)] == [[("RNS112", 2)]] * 2
    spoken = (
        [w for w in warned if w.category is RNNShapeWarning] if on == "warn" else [r for r in caplog.records if r.levelno > 20]
    )
    assert len(spoken) == 1


def test_what_is_raised_is_not_warned_of_whichever_watch_began_first() -> None:
    model = Classifier()
    for ways in (("warn", "raise"), ("raise", "warn")):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with watch(model, on=ways[0]) as outer, watch(model, on=ways[1]) as inner, pytest.raises(ContractError):
                model(X, WRONG)
        assert [len(report.findings) for report in (outer, inner)] == [1, 1]


def test_a_watch_that_is_over_has_not_spoken_for_the_next() -> None:
    model = Classifier()
    for _ in range(2):
        with watch(model, on="warn"), pytest.warns(RNNShapeWarning):
            model.rnn(X[0])


def test_what_another_watch_ignores_it_does_not_adopt() -> None:
    model = Classifier()
    with watch(model, ignore=["RNS106"]) as deaf, watch(model), pytest.raises(ContractError):
        model(X, WRONG)
    assert deaf.findings == ()


def test_a_watch_of_another_model_adopts_nothing() -> None:
    model = Classifier()
    with watch(Classifier()) as other, watch(model), pytest.raises(ContractError):
        model(X, WRONG)
    assert other.findings == ()
    assert other.failed == ()


def test_two_threads_with_two_models_do_not_see_each_other() -> None:
    reports, ready = {}, threading.Barrier(2)

    def work(name: str, batch: int) -> None:
        model = Classifier()
        with watch(model, track=True, on="log") as report:
            ready.wait(10)
            for _ in range(20):
                model(torch.zeros(9, batch, 4))
            ready.wait(10)
            model.rnn(X[0])
        reports[name] = report

    threads = [threading.Thread(target=work, args=pair) for pair in (("a", 5), ("b", 6))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, batch in (("a", 5), ("b", 6)):
        events = reports[name].events
        assert [event.calls for event in events] == [20, 1]
        assert events[0].layout("input").sizes == (9, batch, 4)
        assert [finding.code for finding in reports[name].findings] == ["RNS112"]
    assert "__call__" not in vars(nn.RNNBase)


def test_a_class_of_a_watched_layer_can_be_pickled_by_value() -> None:
    place = class_call._Place(None)
    place.watchers = (Observer(Reporter(Report(), "log"), lambda value: None),)
    assert pickle.loads(pickle.dumps(place)).watchers == ()


# Calls that failed


def test_a_call_that_failed_is_counted_apart() -> None:
    model = Classifier()
    for on in ("raise", "record"):
        with watch(model, on=on) as report:
            model(X)
            for _ in range(2):
                with pytest.raises(RuntimeError):
                    model(X, WRONG)
        (failed,) = report.failed
        assert (failed.module, failed.kind, failed.calls, [name for name, _ in failed.layouts]) == (
            "rnn",
            "GRU",
            2,
            ["input", "h_0"],
        )
        assert [event.calls for event in report.events] == [1]


def test_a_failed_call_of_no_rank_is_counted_without_its_layouts() -> None:
    layer = nn.GRU(4, 8)
    with watch(layer, on="log") as report, pytest.raises(Exception):  # noqa: B017
        layer(torch.zeros(1, 9, 6, 4))
    assert [(event.layouts, event.calls) for event in report.failed] == [((), 1)]
    assert report.events == ()


def test_a_call_whose_sizes_were_right_before_may_fail_too() -> None:
    layer = nn.GRU(4, 8)
    with watch(layer) as report:
        layer(X)
        layer.forward = None  # type: ignore[assignment, method-assign]
        with pytest.raises(TypeError):
            layer(X)
    assert [event.calls for event in report.failed] == [1]
