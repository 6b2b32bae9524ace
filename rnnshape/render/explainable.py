"""All that ``rnnshape explain`` knows of: the rules, by family; what people ask who begin; what rules are about."""

from __future__ import annotations

from rnnshape.calculator.topics import TOPICS
from rnnshape.report.catalogue import FAMILIES, RULES
from rnnshape.report.catalogue.subjects import SUBJECTS, subject
from rnnshape.text import columns, count

__all__ = ["explainable", "explainable_dict"]


def explainable() -> list[tuple[str, list[str]]]:
    """Return the headings with the lines below each."""
    listed = [
        (f"RNS{digit}xx  {title}", columns([[r.code, r.severity, r.title] for r in RULES.values() if r.code[3] == digit]))
        for digit, title in FAMILIES.items()
    ]
    listed.append(("what people ask", columns([[topic.name, topic.question] for topic in TOPICS.values()])))
    about = [(name, subject(name)) for name in SUBJECTS if name not in TOPICS]
    rows = [
        [name, count(len(found.rules), "rule"), *(["an experiment of probe"] if found.experiment else [])]
        for name, found in about
        if found is not None
    ]
    return [*listed, ("what rules are about", columns(rows))]


def explainable_dict() -> dict[str, object]:
    """Return the same as JSON-ready data: codes and words, each of which can be asked for."""
    return {
        "rules": [{"code": r.code, "severity": r.severity, "title": r.title} for r in RULES.values()],
        "topics": [{"name": topic.name, "question": topic.question} for topic in TOPICS.values()],
        "subjects": [name for name in SUBJECTS if name not in TOPICS],
    }
