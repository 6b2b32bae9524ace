"""The catalogue: every entry is complete, its examples do what they say, and a wrong code is answered with the nearest one."""

from __future__ import annotations

import ast
import importlib.util
import re
import warnings
from contextlib import suppress
from typing import Any

import pytest
import torch
from torch import nn, zeros

from rnnshape import ContractError, RNNShapeWarning, SpecError, diagnose, watch
from rnnshape.report import catalogue
from rnnshape.report.catalogue import RULES, checked_codes, contract, rule

EXPLAINED = [code for code in RULES if code != "RNS000"]


def test_codes_are_written_alike_and_stand_in_order() -> None:
    assert all(re.fullmatch(r"RNS\d{3}", code) for code in RULES)
    assert list(RULES) == sorted(RULES)
    assert {code: entry.code for code, entry in RULES.items()} == {code: code for code in RULES}


@pytest.mark.parametrize("code", EXPLAINED)
def test_every_rule_says_why_and_shows_wrong_and_right(code: str) -> None:
    entry = RULES[code]
    assert entry.severity in ("error", "warning", "info")
    assert entry.title[:1].islower() or entry.title.split()[0].isupper() or entry.title.split()[0] in ("LSTM",)
    assert not entry.title.endswith(".")
    assert entry.why.endswith(".")
    assert len(entry.why.split()) >= 10
    assert entry.wrong != entry.right
    for example in (entry.wrong, entry.right):
        assert ast.parse(example).body
        assert max(map(len, example.split("\n"))) <= 120
        assert example == example.strip("\n")


def test_what_nobody_knows_has_no_example() -> None:
    assert (RULES["RNS000"].wrong, RULES["RNS000"].right) == ("", "")
    assert RULES["RNS000"].why


def test_two_rules_of_one_code_are_an_error_at_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(contract, "ENTRIES", (*contract.ENTRIES, contract.ENTRIES[-1]))
    assert catalogue.__file__ is not None
    source = importlib.util.spec_from_file_location("rules_again", catalogue.__file__)
    assert source is not None
    assert source.loader is not None
    with pytest.raises(ValueError) as caught:
        source.loader.exec_module(importlib.util.module_from_spec(source))
    assert str(caught.value) == f"two rules have the code {contract.ENTRIES[-1].code}"


# A wrong code


def test_a_code_is_found_in_any_case() -> None:
    assert rule("rns103") is rule("RNS103") is RULES["RNS103"]
    assert checked_codes(["rns112", "RNS103"]) == ("RNS112", "RNS103")
    assert checked_codes(()) == ()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("RN103", "there is no rule 'RN103'; did you mean 'RNS103'?"),
        ("nonsense", "there is no rule 'nonsense'"),
        ("", "there is no rule ''"),
    ],
)
def test_a_code_that_is_none(code: str, message: str) -> None:
    with pytest.raises(KeyError) as caught:
        rule(code)
    assert caught.value.args == (message,)


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


# The examples of the contract's family run


def names(code: str) -> dict[str, Any]:
    """Return what the examples of a rule take for granted."""
    x = {"RNS102": zeros(6, 4, 9), "RNS104": zeros(6, 9, 4), "RNS106": zeros(9, 5, 4), "RNS112": zeros(6, 4)}
    found: dict[str, Any] = {"torch": torch, "nn": nn, "batch": 6, "x": x.get(code, zeros(9, 6, 4)), "rnn": nn.GRU(4, 8)}
    if code == "RNS101":
        return {**found, "images": zeros(6, 1, 9, 4)}
    if code == "RNS110":
        return {**found, "series": zeros(9, 6, 4).double().numpy()}
    if code == "RNS111":
        return {**found, "rnn": nn.GRU(4, 8, device="meta"), "x": zeros(9, 6, 4, device="meta")}
    layers = {"lstm": nn.LSTM(4, 8), "gru": nn.GRU(4, 8), "encoder": nn.GRU(4, 8), "decoder": nn.GRU(8, 8)}
    return {**found, **layers, "y": zeros(9, 6, 4), "h_0": zeros(1, 6, 8), "linear": nn.Linear(8, 3)}


def found_in(example: str, namespace: dict[str, Any]) -> set[str]:
    with warnings.catch_warnings(), watch() as report, suppress(ContractError):
        warnings.simplefilter("ignore", RNNShapeWarning)
        exec(example, namespace)
    assert report.events or report.findings
    return {finding.code for finding in report.findings}


@pytest.mark.parametrize("code", [code for code in EXPLAINED if code.startswith("RNS1") and code not in ("RNS115", "RNS116")])
def test_the_wrong_example_has_the_mistake_and_the_right_one_has_not(code: str) -> None:
    entry, wrong, right = RULES[code], names(code), names(code)
    assert found_in(entry.wrong, wrong) == {code}
    assert found_in(entry.right, {**right, "rnn": wrong["rnn"]}) == set()


def test_the_right_example_of_an_empty_sequence_makes_no_call() -> None:
    entry, namespace = RULES["RNS115"], names("RNS115")
    assert found_in(entry.wrong, namespace) == {"RNS115"}
    with watch() as report:
        exec(entry.right, namespace)
    assert (report.events, report.findings) == ((), ())


def test_the_examples_of_a_tuple_passed_on_whole() -> None:
    entry, namespace = RULES["RNS116"], names("RNS116")
    report = diagnose(eval(entry.wrong, namespace), zeros(9, 6, 4))
    assert [finding.code for finding in report.findings] == ["RNS116"]
    assert found_in(entry.right, namespace) == set()
