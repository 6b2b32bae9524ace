"""The catalogue: entries are complete, their programs do what is said of them, a wrong code is told with the nearest one."""

from __future__ import annotations

import ast
import importlib.util
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from catalogued import ran

from rnnshape import SpecError, explain
from rnnshape.calculator.topics import TOPICS
from rnnshape.report import catalogue
from rnnshape.report.catalogue import PRELUDE, RULES, Rule, checked_codes, contract, rule
from rnnshape.report.catalogue.subjects import SUBJECTS, SubjectName

# The programs


def complaints(rule: Rule, folder: Path) -> list[str]:
    """Return everything that an entry's programs do otherwise than is said of them."""
    wrong, right = folder / f"{rule.code}_wrong.py", folder / f"{rule.code}_right.py"
    report, _ = ran(rule.wrong, wrong, "ignore")
    lines = wrong.read_text(encoding="utf-8").splitlines()
    marked = [number for number, line in enumerate(lines, 1) if line.endswith(f"  # {rule.code}")]
    found = [(f.code, f.severity, f.location and (Path(f.location.file).name, f.location.line)) for f in report.findings]
    wanted = [(rule.code, rule.severity, (wrong.name, number)) for number in marked]
    told = [] if len(marked) == 1 else [f"{len(marked)} lines of wrong are marked"]
    told += [] if found == wanted else [f"wrong gives {found}, not {wanted}"]
    told += [f"wrong: {what}" for what in report.unfollowed]
    report, raised = ran(rule.right, right, "error")
    told += [f"right gives {finding.code}: {finding.message}" for finding in report.findings]
    told += [f"right: {what}" for what in report.unfollowed]
    told += [f"right raises {error!r}" for error in (raised, report.exception) if error is not None]
    told += [] if report.events else ["right calls no recurrent layer"]
    return told


@pytest.mark.parametrize("code", RULES)
def test_wrong_has_this_mistake_at_the_marked_line_and_right_has_none(code: str, tmp_path: Path) -> None:
    assert complaints(RULES[code], tmp_path) == []


def marks(rule: Rule, line: str) -> str:
    """Return the wrong program with the mark at another line."""
    plain = rule.wrong.replace(f"  # {rule.code}", "")
    assert plain.count(f"{line}\n") == 1
    return plain.replace(f"{line}\n", f"{line}  # {rule.code}\n")


MIXED, TURNED = RULES["RNS203"], RULES["RNS201"]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        (replace(MIXED, wrong=TURNED.wrong, right=TURNED.right),
         ["0 lines of wrong are marked", "wrong gives [('RNS201', 'error', ('RNS203_wrong.py', 13))], not []"]),
        (replace(MIXED, wrong=TURNED.wrong.replace("# RNS201", "# RNS203")),
         ["wrong gives [('RNS201', 'error', ('RNS203_wrong.py', 13))], not [('RNS203', 'error', ('RNS203_wrong.py', 13))]"]),
        (replace(MIXED, wrong=MIXED.right + "# the mistake  # RNS203\n"),
         ["wrong gives [], not [('RNS203', 'error', ('RNS203_wrong.py', 18))]"]),
        (replace(MIXED, wrong=marks(MIXED, "        return self.fc(rows)")),
         ["wrong gives [('RNS203', 'error', ('RNS203_wrong.py', 14))], not [('RNS203', 'error', ('RNS203_wrong.py', 15))]"]),
        (replace(MIXED, severity="warning"),
         ["wrong gives [('RNS203', 'error', ('RNS203_wrong.py', 14))], not [('RNS203', 'warning', ('RNS203_wrong.py', 14))]"]),
        (replace(MIXED, wrong=MIXED.wrong.replace("(2 * 8, 3)", "(2 * 8, 3)  # RNS203")),
         ["2 lines of wrong are marked",
          "wrong gives [('RNS203', 'error', ('RNS203_wrong.py', 14))], not [('RNS203', 'error', ('RNS203_wrong.py', 10)), "
          "('RNS203', 'error', ('RNS203_wrong.py', 14))]"]),
        (replace(MIXED, right=RULES["RNS242"].wrong),
         ["right gives RNS242: normalize takes dim 1 where it is given none, and the steps lie along it"]),
        (replace(MIXED, right=MIXED.right + "1 / 0\n"), ["right raises ZeroDivisionError('division by zero')"]),
        (replace(MIXED, right="report = rs.Report()\n"), ["right calls no recurrent layer"]),
    ],
    ids=["programs of another entry", "wrong program of another entry", "wrong program without a mistake", "mark elsewhere",
         "another severity", "two marks", "a note in the right program", "right program that raises", "right that is empty"],
)  # fmt: skip
def test_an_entry_whose_programs_do_something_else_is_noticed(entry: Rule, told: list[str], tmp_path: Path) -> None:
    assert complaints(entry, tmp_path) == told


def test_a_program_without_a_report_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError) as caught:
        complaints(replace(MIXED, right=MIXED.right.replace("report =", "found =")), tmp_path)
    assert str(caught.value).startswith("RNS203_right.py leaves no report: None")


# What an entry says


def test_codes_are_written_alike_and_stand_in_order() -> None:
    assert all(re.fullmatch(r"RNS\d{3}", code) for code in RULES)
    assert list(RULES) == sorted(RULES)
    assert {code: entry.code for code, entry in RULES.items()} == {code: code for code in RULES}


@pytest.mark.parametrize("code", RULES)
def test_every_rule_says_why_in_a_few_sentences(code: str) -> None:
    entry = RULES[code]
    assert entry.severity in ("error", "warning", "info")
    assert entry.title[:1].islower() or entry.title.split()[0] == "LSTM" or entry.title.startswith("2-D")
    assert not entry.title.endswith(".")
    assert entry.why.endswith(".")
    assert 10 <= len(entry.why.split()) <= 70
    assert "  " not in entry.why


@pytest.mark.parametrize("code", RULES)
def test_every_program_is_short_and_right_keeps_most_of_wrong(code: str) -> None:
    entry = RULES[code]
    wrong, right = (text.splitlines() for text in (entry.wrong, entry.right))
    for program in (wrong, right):
        assert ast.parse("\n".join(program)).body
        assert 5 <= len(program) <= 24
        assert max(map(len, program)) <= 100
        assert program[0]
        assert program[-1]
    kept = set(wrong) & set(right)
    assert sum(line in kept for line in right) >= len(right) // 2
    assert [line for line in right if line not in kept]


def test_two_rules_of_one_code_are_an_error_at_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "ENTRIES", (*contract.ENTRIES, contract.ENTRIES[-1]))
    assert catalogue.__file__ is not None
    source = importlib.util.spec_from_file_location("rules_again", catalogue.__file__)
    assert source is not None
    assert source.loader is not None
    with pytest.raises(ValueError) as caught:
        source.loader.exec_module(importlib.util.module_from_spec(source))
    assert str(caught.value) == f"two rules have the code {contract.ENTRIES[-1].code}"


# How an entry is shown


@pytest.mark.parametrize("code", RULES)
def test_the_text_of_an_entry_shows_every_line_of_it(code: str) -> None:
    entry = RULES[code]
    text = repr(entry)
    head, body = text.split("\n", 1)
    assert head == f"{code} {entry.severity}: {entry.title}"
    body, said = body.split("\n\n  what rnnshape says ")
    assert said == "is in the exception or, where none is raised, in print(report) at the end"
    why, prelude, wrong, right = re.split(r"\n\n  (?:both programs begin with|wrong|right)\n", body)
    assert why.replace("\n", " ") == entry.why
    assert max(map(len, why.split("\n"))) <= 100
    assert [line[6:] for line in prelude.split("\n")] == PRELUDE.splitlines()
    shown = {label: [(line[:6].strip(), line[6:]) for line in text.split("\n")] for label, text in
             (("wrong", wrong), ("right", right))}  # fmt: skip
    assert [line for _, line in shown["wrong"]] == entry.wrong.splitlines()
    assert [line for _, line in shown["right"]] == entry.right.splitlines()
    assert [line for sign, line in shown["wrong"] if sign] == [s for s in entry.wrong.splitlines() if s.endswith(f"  # {code}")]
    assert {sign for sign, _ in shown["wrong"]} == {"", ">"}
    assert {sign for sign, _ in shown["right"]} == {"", "+"}


def test_json_has_programs_that_run_by_themselves(tmp_path: Path) -> None:
    plain = json.loads(json.dumps(MIXED.to_dict()))
    assert plain == {
        "code": "RNS203", "title": "samples mixed", "severity": "error", "why": MIXED.why, "since": "0.1.0",
        "wrong": f"{PRELUDE}\n{MIXED.wrong}", "right": f"{PRELUDE}\n{MIXED.right}",
    }  # fmt: skip
    names: dict[str, Any] = {"__name__": "alone"}
    exec(plain["wrong"], names)
    assert [finding.code for finding in names["report"].findings] == ["RNS203"]


def test_sentences_fit_a_narrow_terminal_and_programs_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    wide = MIXED.lines()
    monkeypatch.setenv("COLUMNS", "60")
    narrow = MIXED.lines()
    sentences = [line for kind, line in narrow if kind in ("why", "prelude")]
    assert max(map(len, sentences)) <= 60
    assert " ".join(line for kind, line in narrow if kind == "why") == MIXED.why
    assert [pair for pair in narrow if pair[0] in ("code", "mistake", "mended")] == [
        pair for pair in wide if pair[0] in ("code", "mistake", "mended")
    ]
    assert len(narrow) > len(wide)


# A code, and a wrong one


def test_a_code_is_found_in_any_case() -> None:
    assert rule("rns103") is rule("RNS103") is explain("Rns103") is RULES["RNS103"]
    assert checked_codes(["rns112", "RNS103"]) == ("RNS112", "RNS103")
    assert checked_codes(()) == ()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("RN103", "there is no rule 'RN103'; did you mean 'RNS103'?"),
        ("RSN103", "there is no rule 'RSN103'; did you mean 'RNS103'?"),
        ("RNS0103", "there is no rule 'RNS0103'; did you mean 'RNS103'?"),
        ("203", "there is no rule '203'; did you mean 'RNS203'?"),
        ("RNS999", "there is no rule 'RNS999'"),
        ("nonsense", "there is no rule 'nonsense'"),
        ("", "there is no rule ''"),
    ],
)
def test_a_code_that_is_none(code: str, message: str) -> None:
    with pytest.raises(KeyError) as caught:
        rule(code)
    assert caught.value.args == (message,)
    with pytest.raises(SpecError) as told:
        explain(code)
    topics = "output, h_n, batch_first, recurrence, view and windows"
    subjects = (
        "attention, bidirectional, broadcasting, dropout, future, lengths, loss, masks, number, order, packing, padding, "
        "samples, softmax, states, steps, targets and use"
    )
    lists = f"rnnshape rules lists the rules; topics are {topics}, and subjects {subjects}"
    assert str(told.value) == f"{message}; {lists}"


@pytest.mark.parametrize(
    ("codes", "message"),
    [
        ("RNS112", "ignore='RNS112': a list of codes is needed, as in ignore=['RNS112']"),
        (["RNS112", "RNS1144"], "ignore=['RNS112', 'RNS1144']: there is no rule 'RNS1144'; did you mean 'RNS114'?"),
    ],
)
def test_codes_to_ignore_that_are_none(codes: Any, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        checked_codes(codes)
    assert str(caught.value) == message


@pytest.mark.parametrize("code", [code for code in RULES if code[3] in "2345"])
def test_a_finding_of_the_model_has_an_edit_or_says_why_none_can_be_known(code: str, tmp_path: Path) -> None:
    report, _ = ran(RULES[code].wrong, tmp_path / "wrong.py", "ignore")
    (finding,) = report.findings
    assert (finding.suggestion is None) == (finding.no_edit is not None)
    assert len(RULES[code].no_edit) < 120


def test_the_type_of_subjects_has_all_that_are_no_topic() -> None:
    assert {*get_args(SubjectName)} == {*SUBJECTS} - {*TOPICS}
