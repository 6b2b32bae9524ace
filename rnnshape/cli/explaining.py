"""``rnnshape explain`` and ``rnnshape rules``: what the rules say, and what people ask who begin."""

from __future__ import annotations

from typing import Literal, TypedDict

import click

import rnnshape
from rnnshape.calculator.topics import Topic
from rnnshape.cli.options import F, as_form, json_of, send
from rnnshape.errors import SpecError
from rnnshape.render.explainable import explainable, explainable_dict
from rnnshape.render.forms import Destination
from rnnshape.report.catalogue import RULES, LineKind, Rule
from rnnshape.report.catalogue.subjects import Subject, subject
from rnnshape.text import columns

__all__ = ["explain_command", "rules_command"]


class _Style(TypedDict, total=False):
    """What click prints a line in."""

    fg: str
    bold: bool
    dim: bool


_STYLES: dict[LineKind, _Style] = {
    "title": {"bold": True},
    "prelude": {"dim": True},
    "wrong": {"fg": "red"},
    "mistake": {"fg": "red", "bold": True},
    "right": {"fg": "green"},
    "mended": {"fg": "green", "bold": True},
}
"""How the lines of an entry are printed; the others as they are."""


def _text_or_json(command: F) -> F:
    """Give a command ``--format`` and its short form ``--json``."""
    forms = click.Choice(["text", "json"])
    form = click.option("--format", "form", type=forms, default="text", show_default=True, help="What to print.")
    return form(click.option("--json", "as_json", is_flag=True, help="Short for --format json.")(command))


@click.command("explain", short_help="Explain a rule, or a word.", epilog="Example: rnnshape explain RNS103 h_n")
@click.argument("code", nargs=-1)
@_text_or_json
def explain_command(code: tuple[str, ...], form: Literal["text", "json"], as_json: bool) -> None:
    """Say why a rule matters, with a wrong and a right program that run; or answer what people ask who begin.

    CODE is a rule, such as RNS103, or one of output, h_n, batch_first, recurrence, view and windows, or what rules are about,
    such as padding, masks or loss, or an experiment of probe, such as number. Without one, everything that may be asked for is
    listed.
    """
    is_json = as_form(form, as_json) == "json"
    if not code:
        _print(json_of(explainable_dict()) if is_json else _contents())
        return
    found = [_entry(c) for c in code]
    _print(json_of([r.to_dict() for r in found]) if is_json else "\n\n\n".join(map(_explained, found)))


@click.command("rules", epilog="Example: rnnshape rules --json")
@_text_or_json
def rules_command(form: Literal["text", "json"], as_json: bool) -> None:
    """List every rule."""
    if as_form(form, as_json) == "json":
        _print(json_of([r.to_dict() for r in RULES.values()]))
    else:
        _print("\n".join(columns([[r.code, r.severity, r.title] for r in RULES.values()], indent="")))


def _print(text: str) -> None:
    send(Destination(), text)


def _contents() -> str:
    parts = ["\n".join([click.style(head, bold=True), *lines]) for head, lines in explainable()]
    return "\n\n".join([*parts, "Each code and each word goes behind it: rnnshape explain RNS103 h_n padding"])


def _entry(code: str) -> Rule | Topic | Subject:
    try:
        return rnnshape.explain(code)
    except SpecError as error:
        raise click.UsageError(str(error)) from None


def _with_a_head(entry: Topic | Subject) -> str:
    first, _, rest = repr(entry).partition("\n")
    return f"{click.style(first, bold=True)}\n{rest}"


def _explained(entry: Rule | Topic | Subject) -> str:
    if isinstance(entry, Topic) and (about := subject(entry.name)) is not None:
        return f"{_with_a_head(entry)}\n\n{_with_a_head(about)}"
    if isinstance(entry, (Topic, Subject)):
        return _with_a_head(entry)
    return "\n".join(click.style(words, **_STYLES[kind]) if kind in _STYLES else words for kind, words in entry.lines())
