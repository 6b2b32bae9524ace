"""``rnnshape run``: a training script, unchanged, under watch."""

from __future__ import annotations

import json
import os
import re
import sys
from importlib.machinery import PathFinder
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Literal

import click

import rnnshape
from rnnshape.cli.interrupt import Interrupt
from rnnshape.cli.options import baseline_options, begun, form_options
from rnnshape.errors import SpecError
from rnnshape.report.catalogue import Rule, rule
from rnnshape.text import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnnshape.tracking.arguments import Axes

__all__ = ["run_command"]


class _Calls(click.ParamType):  # pyright: ignore[reportMissingTypeArgument] - no generic before click 8.4
    name = "N|all|off"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> bool | int:
        if value in ("all", "off"):
            return value == "all"
        if not str(value).isdecimal():
            self.fail(f"{value!r} is no number of steps; use one such as 3, or all, or off", param, ctx)
        return int(value)


_NAMED = re.compile(r"([A-Za-z_]\w*)=(?!\d)(.*)", re.DOTALL)


def _axes(ctx: click.Context, param: click.Parameter, given: tuple[str, ...]) -> Axes:
    """Read what ``axes=`` is in Python: one Layout, or NAME=LAYOUT for each argument, or JSON."""
    found = [match for text in given if (match := _NAMED.fullmatch(text.strip()))]
    named = {match[1]: match[2] for match in found}
    if found and len(found) == len(given):
        if len(named) < len(found):
            raise click.BadParameter("an argument is named twice", ctx, param)
        return named
    if len(given) > 1:
        raise click.BadParameter("give one Layout, or NAME=LAYOUT for each argument of forward", ctx, param)
    if not given or given[0].strip()[:1] not in ("[", "{"):
        return given[0] if given else None
    try:
        return json.loads(given[0])
    except ValueError as error:
        raise click.BadParameter(f"{given[0]!r} is no JSON: {error}", ctx, param) from None


def _probe(ctx: click.Context, param: click.Parameter, given: bool | None) -> bool | Literal["auto"]:
    """Read whether somebody has asked for experiments, or against them."""
    return "auto" if given is None else given


@click.command(
    "run",
    short_help="Run a training script, unchanged, under watch.",
    context_settings={"allow_interspersed_args": False},
    epilog="""\b
Examples:
  rnnshape run train.py --epochs 2
  rnnshape run --fail-on error train.py
  rnnshape run --format sarif --output rnnshape.sarif train.py
  rnnshape run --baseline rnnshape.baseline.json train.py
  rnnshape run --axes "batch seq feature" train.py
  rnnshape run --axes tokens="b t" --axes lengths=b train.py
  rnnshape run --axes x="b t d" --axes "state=(layers b hidden, layers b hidden)" train.py
  rnnshape run --axes '{"batch": {"tokens": "b t"}}' train.py
  rnnshape run -m package.train --epochs 2
  rnnshape run --probe train.py
  torchrun --nproc-per-node 2 -m rnnshape run train.py

The exit code is the script's own; 3 where --fail-on or --baseline finds something in a script that ended well.
""",
)
@click.option("-m", "module", is_flag=True, help="SCRIPT is a module's name, as with python -m.")
@baseline_options("never; warning with --baseline")
@click.option("--ignore", metavar="CODE", multiple=True, help="A code that is not reported; may be repeated.")
@click.option(
    "--axes", metavar="LAYOUT|NAME=LAYOUT|JSON", multiple=True, callback=_axes,
    help="What the axes of the model's arguments are: of its first tensor, or of one argument (may be repeated), or as axes= "
    "in Python. Those of a tuple of tensors stand in brackets, with commas between them.",
)  # fmt: skip
@click.option(
    "--track", metavar="N|all|off", type=_Calls(), default="3", show_default=True,
    help="For how many training steps every axis is followed, and for how many calls before them and of the first evaluation: "
    "a number, all or off.",
)  # fmt: skip
@click.option(
    "--probe/--no-probe", default=None, callback=_probe,
    help="Probe the models of the first training step before it, on copies: who influences whom. With neither they are probed "
    "once that step is over, where that takes seconds at most and a copy is all that they reach.",
)  # fmt: skip
@click.option("--jsonl", metavar="FILE", callback=begun, help="Write calls and findings to this file as they come, as JSON.")
@form_options("stderr")
@click.argument("script")
@click.argument("args", nargs=-1, type=click.UNPROCESSED)
def run_command(
    module: bool,
    ignore: tuple[str, ...],
    script: str,
    args: tuple[str, ...],
    **options: Any,
) -> None:
    """Run a training script, unchanged, and show what passed through its recurrent layers.

    ARGS are the script's own. Everything of rnnshape's is printed to stderr, after the script has ended. With --output a form
    for machines goes to a file, and the text is printed besides.
    """
    if not module and not os.path.exists(script):
        module_name = script.removesuffix(".py").replace(os.sep, ".")
        raise click.UsageError(f"there is no file {script!r}; for a module use: rnnshape run -m {module_name}")
    if module and (missing := _missing_module(script)) is not None:
        raise click.UsageError(f"there is no module {missing!r}{_as_file(script)}")
    if not module and os.path.isdir(script):
        raise click.UsageError(f"{script!r} is a directory; name the file in it")
    codes = tuple(_rule(code).code for code in ignore)
    if (behind := _meant_for_us(args)) is not None:
        name = shown(script)
        meant = f"write it before {name} to give it to rnnshape"
        click.echo(f"rnnshape: {behind} stands behind {name}, so it is the script's; {meant}", err=True)
    try:
        code = rnnshape.run(script, args, as_module=module, ignore=codes, **options)
    except SpecError as error:  # in pyproject.toml, of the axes, or of a baseline
        raise click.UsageError(str(error)) from None
    except KeyboardInterrupt:
        raise Interrupt from None
    sys.exit(code)


def _missing_module(name: str) -> str | None:
    """Return the package or module that is not there, without importing anything; None where it is."""
    outermost = name.partition(".")[0]
    if outermost in sys.modules or outermost in sys.builtin_module_names:
        return None
    return None if PathFinder.find_spec(outermost, [os.getcwd(), *sys.path]) else outermost


def _as_file(script: str) -> str:
    return f"; for a file use: rnnshape run {script}" if os.path.isfile(script) else ""


def _meant_for_us(args: Sequence[str]) -> str | None:
    """Return the first argument of a script that looks like an option of ours: none that scripts use to have."""
    for arg, following in zip_longest(args, args[1:], fillvalue=""):
        name, _, value = arg.partition("=")
        if name in ("--fail-on", "--baseline", "--update-baseline", "--jsonl"):
            return name
        if name == "--format" and (value or following) in ("sarif", "github", "junit"):
            return f"{name} {value or following}"
    return None


def _rule(code: str) -> Rule:
    try:
        return rule(code)
    except KeyError as error:
        raise click.UsageError(f"{error.args[0]} (rnnshape rules lists them)") from None
