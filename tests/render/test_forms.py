"""Every form of output for machines: whole files, and beside them what they mean to whoever reads them."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from rnnshape import Event, Layout, Report, __version__
from rnnshape.render.forms import Destination, Form, written
from rnnshape.render.outcome import Outcome, file_of, outcome_of
from rnnshape.render.sarif import FINGERPRINT
from rnnshape.report.baseline import Entry, Known
from rnnshape.report.finding import Became, Finding
from rnnshape.report.fingerprints import fingerprints
from rnnshape.report.location import Location

MACHINES = [form for form in get_args(Form) if form != "text"]
GOLDEN = Path(__file__).parent / "golden"

H_N = Layout.parse("(layers=2 directions=2) batch=6 hidden=16")
MIXED = Finding(
    "RNS203",
    "error",
    "row 0 holds samples 0, 1, 2 and 3; 100% sure: yes, a, b",
    "Net.head",
    Location("src/my train.py", 41, "Net.forward", "h_n.view(6, -1)  # <&>"),
    "h_n.transpose(0, 1).reshape(6, 64)",
    layouts=(("h_n", H_N),),
    kind="Linear",
    became=Became("view", (6, 64)),
    used_at=Location("src/my train.py", 42, "Net.forward", "self.head(x)"),
    count=3,
)
AGAIN = replace(MIXED, location=Location("src/my train.py", 57, "Net.forward", "h_n.view(6, -1)  # <&>"))
UNBATCHED = Finding("RNS112", "warning", "input of 2 dims is read as one sequence", "Net.rnn", Location("/lib/net.py", 3))
NOTE = Finding("RNS217", "info", "whole steps are dropped", "Net.drop")
CALL = Event("Net.rnn", "GRU", "GRU(4, 8)", (("input", Layout.parse("seq=9 batch=6 feature=4")),), calls=7)
QUIET = replace(CALL, module="Net.other")
STALE = Entry("0123456789abcdef:1", "RNS301", "old.py", "f", "out[-1]", "the last sample")


@pytest.fixture(autouse=True)
def _in_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def outcome(*, baseline: bool = True) -> Outcome:
    """Return everything that can be in an outcome; AGAIN is accepted where there is a baseline."""
    report = Report()
    for event in (CALL, QUIET):
        report.passage(replace(event, calls=1)).calls += event.calls
    report.could_not_follow("a call of torch.fft")
    report.did_not_look("compiled, so not followed; run it uncompiled", "Net.fast")
    report.add_probed("Net was probed on a copy: in eval mode its samples are apart")
    report.assume("nobody has named the batch, so samples were judged on dim 0; axes= names it otherwise", "x")
    found = (MIXED, UNBATCHED, NOTE)
    known = Known(found, (AGAIN,), (STALE,), "base.json") if baseline else Known((*found, AGAIN))
    return outcome_of(report, "train.py", known, ("rank 1: batch 5 in 1 call",))


# Lines beside the one to be mended


def test_sarif_relates_the_lines_that_took_part() -> None:
    report = Report()
    moved = replace(MIXED, code="RNS402", moved_at=Location("src/my train.py", 38, "Net.forward", "x = x[order]"))
    [result] = json.loads(written("sarif", outcome_of(report, "train.py", Known((moved,)), ())))["runs"][0]["results"]
    said = [(one["message"]["text"], one["physicalLocation"]["region"]["startLine"]) for one in result["relatedLocations"]]
    assert said == [("used here", 42), ("moved here", 38)]


# Whole files


@pytest.mark.parametrize("form", MACHINES)
def test_the_whole_file(form: Form, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    text = written(form, outcome()).replace(tmp_path.as_uri(), "file:///project").replace(f'"{__version__}"', '"VERSION"')
    file = GOLDEN / f"outcome.{form}"
    if request.config.getoption("--update"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


@pytest.mark.parametrize("form", MACHINES)
def test_nothing_was_found(form: Form) -> None:
    text = written(form, Outcome("train.py", (), Known(())))
    reads: dict[str, Callable[[str], Any]] = {"json": json.loads, "sarif": json.loads, "junit": ElementTree.fromstring}
    reads["html"] = HTMLParser().feed
    if form in ("jsonl", "github"):
        assert text == ""
    else:
        reads[form](text)
        assert "RNS" not in text


@pytest.mark.parametrize("form", MACHINES)
def test_what_was_assumed_is_not_said_to_be_unseen(form: Form) -> None:
    text = written(form, Outcome("train.py", (), Known(()), assumed=("dim 0 is the batch",)))
    assert "dim 0 is the batch" in text
    assert "assumed" in text
    assert "not looked at" not in text


def test_text_is_not_made_of_an_outcome() -> None:
    with pytest.raises(ValueError, match="text is made of a report or a prediction, not of an outcome"):
        written("text", outcome())


def test_a_page_says_what_a_baseline_accepts() -> None:
    html = written("html", outcome())
    assert html.count("accepted in the baseline</span>") == 1
    assert "RNS301 old.py: out[-1] is accepted in the baseline, and nobody finds it any more" in html
    assert html.count("<details class=\"finding ") == 4
    assert "rank 1: batch 5 in 1 call" in html


@pytest.mark.parametrize("form", MACHINES)
def test_names_of_the_user_cannot_steer(form: Form) -> None:
    evil = "a\x1b[2J\n::error::owned\x07<script>]]>"
    hostile = replace(MIXED, module=evil, message=evil, location=Location(evil, 1, evil, evil))
    text = written(form, Outcome(evil, (hostile,), Known((hostile,)), blind=(evil,), probed=evil))
    assert "\x1b" not in text
    assert "\x07" not in text
    assert not [line for line in text.splitlines() if line.startswith("::error::owned")]
    if form == "html":
        assert text.count("<script") == 1, "the page's own"
    if form == "junit":
        assert "<script" not in text
        ElementTree.fromstring(text)


# SARIF

REGION: dict[str, Any] = {
    "type": "object", "additionalProperties": False, "required": ["startLine"],
    "properties": {"startLine": {"type": "integer", "minimum": 1}, "snippet": {"$ref": "#/$defs/text"}},
}  # fmt: skip
LOCATION: dict[str, Any] = {
    "type": "object", "additionalProperties": False,
    "properties": {
        "id": {"type": "integer", "minimum": 0},
        "message": {"$ref": "#/$defs/text"},
        "physicalLocation": {
            "type": "object", "additionalProperties": False, "required": ["artifactLocation"],
            "properties": {
                "artifactLocation": {
                    "type": "object", "additionalProperties": False,
                    "properties": {"uri": {"type": "string", "pattern": "^[^ \\\\]+$"}, "uriBaseId": {"const": "SRCROOT"}},
                },
                "region": {"$ref": "#/$defs/region"},
            },
        },
        "logicalLocations": {
            "type": "array", "minItems": 1,
            "items": {
                "type": "object", "additionalProperties": False,
                "properties": {"fullyQualifiedName": {"type": "string"}, "kind": {"enum": ["function", "member"]}},
            },
        },
    },
}  # fmt: skip
TEXT: dict[str, Any] = {
    "type": "object", "additionalProperties": False, "required": ["text"],
    "properties": {"text": {"type": "string", "minLength": 1}, "markdown": {"type": "string"}},
}  # fmt: skip
LEVEL = {"enum": ["none", "note", "warning", "error"]}
SUBSET: dict[str, Any] = {
    "$defs": {"region": REGION, "location": LOCATION, "text": TEXT},
    "type": "object", "additionalProperties": False, "required": ["version", "runs"],
    "properties": {
        "$schema": {"type": "string", "format": "uri"},
        "version": {"const": "2.1.0"},
        "runs": {
            "type": "array",
            "items": {
                "type": "object", "additionalProperties": False, "required": ["tool"],
                "properties": {
                    "tool": {
                        "type": "object", "additionalProperties": False, "required": ["driver"],
                        "properties": {"driver": {
                            "type": "object", "additionalProperties": False, "required": ["name"],
                            "properties": {"name": {"type": "string"}, "version": {"type": "string"}, "rules": {
                                "type": "array", "uniqueItems": True,
                                "items": {
                                    "type": "object", "additionalProperties": False, "required": ["id"],
                                    "properties": {
                                        "id": {"pattern": "^RNS\\d{3}$"},
                                        "shortDescription": {"$ref": "#/$defs/text"},
                                        "fullDescription": {"$ref": "#/$defs/text"},
                                        "help": {"$ref": "#/$defs/text"},
                                        "defaultConfiguration": {
                                            "type": "object", "additionalProperties": False, "properties": {"level": LEVEL},
                                        },
                                        "properties": {"type": "object"},
                                    },
                                },
                            }},
                        }},
                    },
                    "invocations": {
                        "type": "array",
                        "items": {
                            "type": "object", "additionalProperties": False, "required": ["executionSuccessful"],
                            "properties": {
                                "executionSuccessful": {"type": "boolean"},
                                "toolExecutionNotifications": {
                                    "type": "array",
                                    "items": {
                                        "type": "object", "additionalProperties": False, "required": ["message"],
                                        "properties": {"level": LEVEL, "message": {"$ref": "#/$defs/text"}},
                                    },
                                },
                            },
                        },
                    },
                    "originalUriBaseIds": {
                        "type": "object",
                        "additionalProperties": {"properties": {"uri": {"type": "string", "pattern": "/$"}}},
                    },
                    "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
                    "results": {
                        "type": "array",
                        "items": {
                            "type": "object", "additionalProperties": False, "required": ["message"],
                            "properties": {
                                "ruleId": {"type": "string"},
                                "ruleIndex": {"type": "integer", "minimum": 0},
                                "level": LEVEL,
                                "message": {"$ref": "#/$defs/text"},
                                "partialFingerprints": {"type": "object", "additionalProperties": {"type": "string"}},
                                "occurrenceCount": {"type": "integer", "minimum": 1},
                                "locations": {"type": "array", "items": {"$ref": "#/$defs/location"}},
                                "relatedLocations": {
                                    "type": "array", "uniqueItems": True, "items": {"$ref": "#/$defs/location"},
                                },
                                "suppressions": {
                                    "type": "array", "uniqueItems": True,
                                    "items": {
                                        "type": "object", "additionalProperties": False, "required": ["kind"],
                                        "properties": {
                                            "kind": {"enum": ["inSource", "external"]},
                                            "status": {"enum": ["accepted", "underReview", "rejected"]},
                                            "justification": {"type": "string"},
                                        },
                                    },
                                },
                                "baselineState": {"enum": ["new", "unchanged", "updated", "absent"]},
                            },
                        },
                    },
                },
            },
        },
    },
}  # fmt: skip
"""The part of SARIF 2.1.0 that is written, after the standard's sections 3.13 to 3.52; what it does not name is refused."""


@pytest.mark.parametrize("baseline", [True, False])
def test_sarif_is_as_the_standard_wants_it(baseline: bool) -> None:
    log = json.loads(written("sarif", outcome(baseline=baseline)))
    Draft202012Validator.check_schema(SUBSET)
    assert [error.message for error in Draft202012Validator(SUBSET).iter_errors(log)] == []
    [run] = log["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules)) == ["RNS112", "RNS203", "RNS217"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]


def test_the_schema_refuses_what_the_standard_does() -> None:
    log = json.loads(written("sarif", outcome()))
    for spoil in (lambda r: r.pop("message"), lambda r: r.update(level="bad"), lambda r: r.update(other=1)):
        spoiled = json.loads(json.dumps(log))
        spoil(spoiled["runs"][0]["results"][0])
        assert list(Draft202012Validator(SUBSET).iter_errors(spoiled))


def test_sarif_marks_what_is_accepted_and_drops_nothing() -> None:
    [run] = json.loads(written("sarif", outcome()))["runs"]
    states = [(r["ruleId"], r["baselineState"], [s["kind"] for s in r["suppressions"]]) for r in run["results"]]
    assert states == [
        ("RNS203", "new", []), ("RNS112", "new", []), ("RNS217", "new", []), ("RNS203", "unchanged", ["external"])
    ]  # fmt: skip
    [plain] = json.loads(written("sarif", outcome(baseline=False)))["runs"]
    assert all("suppressions" not in result and "baselineState" not in result for result in plain["results"])


def test_sarif_names_files_from_the_working_directory() -> None:
    [run] = json.loads(written("sarif", outcome()))["runs"]
    files = [r["locations"][0]["physicalLocation"]["artifactLocation"] for r in run["results"] if "locations" in r]
    assert files[0] == {"uri": "src/my%20train.py", "uriBaseId": "SRCROOT"}
    assert files[1] == {"uri": "file:///lib/net.py"}
    prints = [result["partialFingerprints"][FINGERPRINT] for result in run["results"]]
    assert prints == list(fingerprints([MIXED, UNBATCHED, NOTE, AGAIN]))


# The others


def test_github_marks_the_lines_of_new_findings() -> None:
    lines = written("github", outcome()).splitlines()
    assert [line.split(" ")[0] for line in lines] == ["::error", "::warning", "::notice", "::error", *["::notice"] * 4]
    assert lines[0].startswith("::error file=src/my train.py,line=41,title=RNS203 samples mixed::Net.head (Linear): row 0 ")
    assert "100%25 sure" in lines[0]
    assert "%0A  h_n.transpose(0, 1).reshape(6, 64)" in lines[0]
    assert lines[3] == (
        "::error title=rnnshape%3A stale baseline::RNS301 old.py: out[-1] is accepted, and nobody finds it any more"
    )


def test_junit_counts_what_it_has() -> None:
    [suite] = ElementTree.fromstring(written("junit", outcome()))
    cases = suite.findall("testcase")
    assert suite.get("tests") == str(len(cases)) == "6"
    assert suite.get("failures") == str(len(suite.findall("testcase/failure"))) == "3"
    assert suite.get("skipped") == str(len(suite.findall("testcase/skipped"))) == "2"
    assert [case.get("name") for case in cases if len(case) == 0] == ["Net.other"]


def test_json_and_its_lines_say_the_same() -> None:
    data = json.loads(written("json", outcome()))
    lines = [json.loads(line) for line in written("jsonl", outcome()).splitlines()]
    told = [{k: v for k, v in finding.items() if k != "headline"} for finding in data["findings"]]
    assert [{k: v for k, v in line.items() if k != "type"} for line in lines if line["type"] == "finding"] == told
    assert [finding["accepted"] for finding in told] == [False, False, False, True]
    assert [line["message"] for line in lines if line["type"] == "blind"] == [*data["unfollowed"], *data["blind"]]
    assert [line["message"] for line in lines if line["type"] == "probed"] == [data["probed"]]


@pytest.mark.parametrize("form", MACHINES)
def test_every_form_says_what_came_of_experiments(form: Form) -> None:
    said = "Net was probed on a copy: in eval mode its samples are apart"
    assert written(form, outcome()).count(said) == 1
    assert said not in written(form, replace(outcome(), probed=""))


# Where it goes


def test_a_file_has_the_rank_in_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    Destination("json", "a.json").send("text\n", stream)
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "2")
    Destination("json", "a.json").send("other\n", stream)
    Destination("json").send("printed\n", stream)
    assert {p.name: p.read_text() for p in tmp_path.iterdir()} == {"a.json": "text\n", "a.rank1.json": "other\n"}
    assert stream.getvalue() == "printed\n"


def test_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    Destination("json", "-").send("text\n", io.StringIO())
    assert capsys.readouterr().out == "text\n"


@pytest.mark.parametrize(
    ("to", "prints"),
    [
        (Destination(), True),
        (Destination("text", "a"), True),
        (Destination("json", "a"), True),
        (Destination("json", "-"), True),
        (Destination("json"), False),
    ],
)
def test_people_get_their_text(to: Destination, prints: bool) -> None:
    assert to.prints_text is prints


def test_files_are_named_from_the_working_directory(tmp_path: Path) -> None:
    assert file_of(Location(str(tmp_path / "a" / "b.py"), 1)) == "a/b.py"
    assert file_of(Location("a/b.py", 1)) == "a/b.py"
    assert file_of(Location(str(tmp_path.parent / "b.py"), 1)) == (tmp_path.parent / "b.py").as_posix()
