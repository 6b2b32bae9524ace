"""`explain`: a rule by its code, or what people ask who begin with recurrent layers."""

from __future__ import annotations

from typing import overload

from rnnshape import text
from rnnshape.calculator.topics import TOPICS, Topic, TopicName
from rnnshape.errors import SpecError
from rnnshape.report import catalogue
from rnnshape.report.catalogue import Rule
from rnnshape.report.catalogue.subjects import SUBJECTS, Subject, SubjectName, speaking_of, subject

__all__ = ["explain"]


@overload
def explain(code: TopicName, /) -> Topic: ...  # pyright: ignore[reportOverlappingOverload] - a word is never a code
@overload
def explain(code: SubjectName, /) -> Subject: ...  # pyright: ignore[reportOverlappingOverload] - likewise
@overload
def explain(code: str, /) -> Rule: ...
def explain(code: str, /) -> Rule | Topic | Subject:
    """Return the entry of a rule: why it matters, and a wrong and a right program that run. It is shown as text.

    Args:
        code: the rule, such as "RNS203", in any case; or what is asked, likewise: "output", "h_n", "batch_first", "recurrence",
            "view" or "windows", of which the answer has a picture and a program that runs; or a subject, such as "padding",
            "masks" or "loss", of which every rule is listed; or an experiment of `rnnshape.probe`, such as "number" or "order".

    Raises:
        SpecError: for anything else; the message has the nearest code, topic or subject, or the rules that speak of the
            word, and all topics and subjects.

    >>> explain("RNS109")
    RNS109 error: pair of states for a layer with one
    RNN and GRU have one state. A pair comes from an LSTM.
    ...
        >     decoder(y, state)  # RNS109
    ...
        +     _, (h_n, c_n) = encoder(x)
        +     decoder(y, h_n)
    ...
    """
    topic = code.lower()
    if topic in TOPICS:
        return TOPICS[topic]
    if (about := subject(topic)) is not None:
        return about
    try:
        return catalogue.rule(code)
    except KeyError as error:
        near = text.nearest(topic, (*TOPICS, *SUBJECTS)) if "did you mean" not in error.args[0] else ""
        if not near and (rules := speaking_of(topic)) and "did you mean" not in error.args[0]:
            near = f"; did you mean {text.listed([f'{rule.code} ({rule.title})' for rule in rules], 'or')}?"
        others = text.listed([name for name in SUBJECTS if name not in TOPICS])
        lists = f"rnnshape rules lists the rules; topics are {text.listed(TOPICS)}, and subjects {others}"
        raise SpecError(f"{error.args[0]}{near}; {lists}") from None
