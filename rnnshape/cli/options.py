"""Options that several commands have: which form goes where, and what a baseline accepts."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar, get_args

import click
from click.core import ParameterSource

from rnnshape.render.forms import ENDINGS, Destination, Form, leave_unread

__all__ = ["F", "as_form", "baseline_options", "begun", "form_options", "json_of", "send"]

F = TypeVar("F", bound=Callable[..., Any])


def begun(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Begin a file now: after hours of training is too late to learn that it cannot be written."""
    if value is not None and value != "-":
        from rnnshape.render.jsonl import of_this_rank

        try:
            open(of_this_rank(value), "w", encoding="utf-8").close()
        except OSError as error:
            raise click.BadParameter(str(error), ctx, param) from None
    return value


def _as_the_file_ends(ctx: click.Context, param: click.Parameter, form: Form) -> Form:
    """Return the form that is asked for; where none is, the one that the name of the file says."""
    output = ctx.params.get("output")
    if output is None or ctx.get_parameter_source("form") is not ParameterSource.DEFAULT:
        return form
    return ENDINGS.get(os.path.splitext(output)[1].lower(), form)


def form_options(where: str) -> Callable[[F], F]:
    """Give a command ``--format`` and ``--output``.

    Args:
        where: what is printed goes without ``--output``, such as "stderr".
    """

    def add(command: F) -> F:
        forms = click.option(
            "--format", "form", type=click.Choice(get_args(Form)), default="text", callback=_as_the_file_ends,
            help="What is written: text or a page for people, the others for machines.  [default: as FILE ends, else text]",
        )  # fmt: skip
        output = click.option(
            "--output", metavar="FILE", callback=begun, is_eager=True,  # before the form, which its name may say
            help=f"Write it to this file, - for stdout.  [default: {where}]",
        )  # fmt: skip
        return forms(output(command))

    return add


def baseline_options(default: str) -> Callable[[F], F]:
    """Return what gives a command ``--fail-on``, ``--baseline`` and ``--update-baseline``.

    Args:
        default: of ``--fail-on``, in words.
    """

    def add(command: F) -> F:
        return _fail_on(default)(_baseline(_update(command)))

    return add


def _fail_on(default: str) -> Callable[[F], F]:
    return click.option(
        "--fail-on", type=click.Choice(["error", "warning", "never"]),
        help=f"Least severity of a finding that makes the exit code 3.  [default: {default}]",
    )  # fmt: skip


_baseline = click.option(
    "--baseline", metavar="FILE", is_eager=True,  # before what needs it
    help="Accept the findings in this file: only new ones fail, and those in it that are gone.",
)  # fmt: skip


def json_of(data: object) -> str:
    """Write data as JSON for a person to read."""
    import json

    return json.dumps(data, indent=1)


def as_form(form: Form, as_json: bool) -> Form:
    """Return the form that is asked for, where ``--json`` is short for ``--format json``.

    Raises:
        click.UsageError: for both, where they differ.
    """
    if as_json and form not in ("text", "json"):
        raise click.UsageError(f"--json is --format json, and goes with no --format {form}")
    return "json" if as_json else form


def _print(text: str) -> None:
    """Print to stdout, with a question mark for each letter that its encoding lacks, as on Windows."""
    try:
        click.echo(text)
    except UnicodeEncodeError as error:
        click.echo(text.encode(error.encoding, "replace").decode(error.encoding))


def send(to: Destination, text: str) -> None:
    """Write to the file, or to stdout. Where nobody reads that any more, the exit code is still what was found.

    Raises:
        click.ClickException: for a file that cannot be written.
    """
    try:
        if to.file in (None, "-"):
            _print(text)
        else:
            to.send(f"{text}\n", sys.stdout)
    except BrokenPipeError:
        leave_unread(sys.stdout)
    except OSError as error:
        if to.file is None:
            raise
        raise click.ClickException(f"{to.file}: {error.strerror}") from None


def _needs_a_baseline(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
    if value and not ctx.params.get("baseline"):
        raise click.UsageError("--update-baseline writes a baseline; name its file, as in: --baseline rnnshape.baseline.json")
    return value


_update = click.option(
    "--update-baseline", is_flag=True, callback=_needs_a_baseline,
    help="Write the baseline anew: what is found now is accepted.",
)  # fmt: skip
