"""Answers to what people ask first: their programs run, and their pictures are the calculator's."""

from __future__ import annotations

from typing import get_args

import pytest
from pictured import parsed

import rnnshape as rs
from rnnshape.calculator.topics import TOPICS, Topic, TopicName
from rnnshape.report.catalogue import RULES


@pytest.mark.parametrize("name", get_args(TopicName))
def test_the_program_of_an_answer_runs(name: str) -> None:
    topic = rs.explain(name)
    assert isinstance(topic, Topic)
    assert "assert" in topic.program
    exec(compile(topic.program, f"{name}.py", "exec"), {})


@pytest.mark.parametrize("name", get_args(TopicName))
def test_an_answer_has_a_question_a_program_and_a_picture(name: str) -> None:
    topic = TOPICS[name]
    assert topic.question.endswith("?")
    assert topic.answer.endswith(".")
    parsed(topic.svg)
    shown = repr(topic)
    assert shown.startswith(topic.question)
    assert all(f"    {line}".rstrip() in shown.splitlines() for line in topic.program.splitlines())
    assert topic.text.splitlines()[0] in shown
    assert max(map(len, shown.splitlines())) <= 120
    assert topic._repr_html_() == topic.svg


def test_names_of_answers_are_no_codes() -> None:
    assert list(TOPICS) == [TOPICS[name].name for name in TOPICS]
    assert sorted(TOPICS) == sorted(get_args(TopicName))
    assert not {*TOPICS} & {*RULES}


def test_a_rule_is_still_explained_and_another_name_is_an_error() -> None:
    assert rs.explain("rns203") is RULES["RNS203"]
    with pytest.raises(rs.SpecError):
        rs.explain("h_m")
