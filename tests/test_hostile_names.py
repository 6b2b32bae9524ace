"""Names from the user's code that would steer a terminal: they are readable as escapes in every form that a person sees."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import unicodedata
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from rich.console import Console
from torch import nn

import rnnshape
from rnnshape.calculator.model import ModelPrediction
from rnnshape.errors import ContractError, LayoutError, RNNShapeWarning
from rnnshape.pytest_plugin.summary import write
from rnnshape.render.explained import explained
from rnnshape.render.terminal import print_report
from rnnshape.report.finding import Finding
from rnnshape.report.report import Report
from rnnshape.text import shown, shown_lines

HOSTILE = "[red]x\x1b[31m\n\r\u202e\u2066\x9b2J\x00\ud800y"
READ = "[red]x\\x1b[31m\\n\\r\\u202e\\u2066\\x9b2J\\x00\\ud800y"


def steers(text: str) -> list[str]:
    """Return the characters of a text that would do more than stand in it; the end of a line is one of ours."""
    return [repr(c) for c in text if c not in "\n" and unicodedata.category(c) in ("Cc", "Cf", "Cs", "Zl", "Zp")]


def model_of(wrong: bool = True) -> nn.Module:
    class Model(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.add_module(
                HOSTILE, type(HOSTILE.replace("\x00", "").replace("\ud800", ""), (nn.LSTM,), {})(3, 4, num_layers=2)
            )
            self.head = nn.Linear(8, 2)

        def forward(self, x: torch.Tensor, state: Any = None) -> torch.Tensor:
            _, (h_n, _) = getattr(self, HOSTILE)(x, state)
            return self.head(h_n.view(x.size(1), -1) if wrong else torch.cat([h_n[0], h_n[1]], 1))

    return Model()


X = torch.zeros(5, 6, 3)
STATE = (torch.zeros(3, 6, 4), torch.zeros(3, 6, 4))


def hostile_report() -> Report:
    """Return what was found by a program in a file of that name, with a layer of that name."""
    source = (
        "def forward(layer, x, state=None):\n"
        "    y = layer(x, state)[1][0].view(6, -1)  # \x1b[2J\u202e\n"
        "    return y @ torch.zeros(8, 2)\n"
    )
    names: dict[str, Any] = {"torch": torch}
    exec(compile(source, f"{HOSTILE}.py".replace("\x00", "").replace("\ud800", ""), "exec"), names)
    model = nn.Module()
    model.add_module(HOSTILE, nn.LSTM(3, 4, num_layers=2))
    model.forward = lambda x: names["forward"](getattr(model, HOSTILE), x)
    return rnnshape.diagnose(model, X, axes="seq batch feature")


def texts() -> Iterator[tuple[str, str]]:
    """Yield every form in which a person sees the name."""
    report = rnnshape.diagnose(model_of(), X, STATE, axes={"x": "seq batch feature"})
    finding = next(f for f in report.findings if HOSTILE in (f.module or ""))
    yield "str(finding)", str(finding)
    yield "finding.headline", finding.headline
    yield "str(report)", str(report)
    yield "repr(report)", repr(report)
    assert report.exception is not None
    with rnnshape.watch(model := model_of(), on="record") as watched:
        model(X)
    yield "str(event)", str(watched.events[0])
    for number, seen in enumerate((report, watched)):
        out = io.StringIO()
        print_report(seen, HOSTILE, Console(file=out, soft_wrap=True, highlight=False))
        yield f"print_report {number}", out.getvalue()
    lines = "\n".join(json.dumps(record.to_dict()) for record in (*report.findings, *watched.events))
    assert len(lines.split("\n")) == len(report.findings) + len(watched.events)
    yield "json", json.dumps(finding.to_dict())
    yield from raised_logged_warned()
    unfollowed = Report()
    unfollowed.could_not_follow(f"{HOSTILE} has no rule")
    yield "unfollowed", unfollowed.unfollowed[0]
    unfollowed.did_not_look("compiled", HOSTILE)
    yield "blind", unfollowed.blind[0]
    yield from predicted()


def raised_logged_warned() -> Iterator[tuple[str, str]]:
    with rnnshape.watch(model := model_of()), pytest.raises(ContractError) as raised:
        model(X, STATE)
    yield "ContractError", str(raised.value)
    with rnnshape.watch(model := model_of(), on="warn"), warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        with pytest.raises(RuntimeError) as noted:
            model(X, STATE)
    yield "note", "".join(noted.value.__notes__)
    yield from (("warning", f"{w.filename} {w.message}") for w in warned if w.category is RNNShapeWarning)
    said: list[str] = []
    handler, logger = logging.Handler(), logging.getLogger("rnnshape")
    handler.emit = lambda record: said.append(record.getMessage())  # type: ignore[method-assign]
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        with rnnshape.watch(model := model_of(), on="log"), contextlib.suppress(RuntimeError):
            model(X)
            model(X, STATE)
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
    assert len(said) == 2
    yield "log", "\n".join(said)


def predicted() -> Iterator[tuple[str, str]]:
    prediction = rnnshape.predict(model_of(), "seq=5 batch=6 feature=3")
    assert isinstance(prediction, ModelPrediction)
    yield "str(prediction)", str(prediction)
    yield "repr(prediction)", repr(prediction)
    yield "explained", explained(prediction)


def test_no_name_steers_a_terminal_and_each_can_be_read() -> None:
    forms = dict(texts())
    assert len(forms) == 17
    assert {form: found for form, text in forms.items() if (found := steers(text))} == {}
    unread = [form for form, text in forms.items() if READ not in text and form != "json"]
    assert not unread, forms[unread[0]]
    assert json.loads(forms["json"])["module"] == HOSTILE


def test_the_name_of_a_file_and_a_line_of_it() -> None:
    report = hostile_report()
    finding = next(f for f in report.findings if f.location)
    assert READ.replace("\\x00", "").replace("\\ud800", "") in str(finding)
    assert not steers(str(finding) + str(finding.location))


def test_what_cannot_be_read_as_a_layout() -> None:
    with pytest.raises(LayoutError) as raised:
        rnnshape.Layout.parse("batch \x1b[31m\u202e")
    first, line, caret = str(raised.value).split("\n")
    assert (line, caret) == ("  batch \\x1b[31m\\u202e", "        ^")
    assert not steers(str(raised.value)), first


def test_an_axis_of_that_name() -> None:
    with pytest.raises(LayoutError) as raised:
        rnnshape.assert_layout(torch.zeros(2, 3), f"batch {HOSTILE}")
    assert not steers(str(raised.value))


def test_the_summary_of_pytest() -> None:
    finding = Finding("RNS103", "error", "wrong", HOSTILE, None, kind="LSTM")
    report = pytest.TestReport("test_it", ("test.py", 1, "test_it"), {}, "failed", None, "call")
    found = {**finding.to_dict(), "headline": finding.headline}
    vars(report)["rnnshape"] = {"calls": 1, "findings": [found], "blind": [], "assumed": []}
    said: list[str] = []

    class Terminal:
        def write_sep(self, *_: object) -> None: ...

        def write_line(self, line: str, **_: object) -> None:
            said.append(line)

    write(Terminal(), [report], False)  # type: ignore[arg-type]
    assert f"  {READ} (LSTM): wrong" in said
    assert not steers("\n".join(said))


def test_a_mistake_of_ours_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    from rnnshape.harmless import log_mistake

    log_mistake(ValueError(HOSTILE))
    assert READ.replace("\\n", "\n") in caplog.records[-1].getMessage()
    assert not steers(caplog.records[-1].getMessage())


def test_what_is_shown_is_one_line_and_of_lines_each() -> None:
    assert shown(HOSTILE) == READ
    assert shown_lines(HOSTILE) == READ.replace("\\n", "\n")
    assert shown("x\t× ≠ é") == "x\t× ≠ é"


def test_lines_of_json_are_one_line_each(tmp_path: Path) -> None:
    file = tmp_path / "calls.jsonl"
    with rnnshape.watch(model := model_of(), on="record", jsonl=file):
        model(X)
    lines = file.read_text(encoding="utf-8").split("\n")
    written = [json.loads(line) for line in lines if line]
    assert [line["module"] for line in written if line["type"] != "blind"] == [HOSTILE] * 2
    assert not steers("\n".join(lines))
