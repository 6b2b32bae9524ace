"""``rnnshape probe``: who influences whom in a live model, on random inputs of the Layouts that are named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

import rnnshape
from rnnshape import text
from rnnshape.cli.live import model_made_by
from rnnshape.cli.options import as_form, baseline_options, form_options, send
from rnnshape.errors import RNNShapeError, SpecError
from rnnshape.render.forms import Form, written
from rnnshape.render.outcome import Outcome
from rnnshape.report.catalogue import FailOn

if TYPE_CHECKING:
    from rnnshape.experiments.influence import Influence
    from rnnshape.render.ending import Ending

__all__ = ["probe_command"]


@click.command(
    "probe",
    epilog="""\b
Examples:
  rnnshape probe package.models:classifier "batch=6 seq=9 feature=10"
  rnnshape probe package.models:Translator "batch=6 seq=9" "batch=6 seq=7" --tokens 100
  rnnshape probe package.models:forecaster "batch=6 seq=9 feature=4" --causal
  rnnshape probe package.models:classifier "batch=6 seq=9 feature=10" --format html --output influence.html
""",
)
@click.option("--causal", is_flag=True, help="The output of a step must not depend on later ones.")
@click.option("--train", is_flag=True, help="Run it as while it trains; then all that is measured is a fact.")
@click.option("--tokens", metavar="N", type=click.IntRange(2), help="A Layout without a feature axis holds tokens below N.")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@form_options("stdout")
@baseline_options("warning")
@click.argument("target", metavar="MODULE:FACTORY")
@click.argument("layouts", metavar="LAYOUT...", nargs=-1)
@click.pass_context
def probe_command(
    ctx: click.Context,
    target: str,
    layouts: tuple[str, ...],
    causal: bool,
    train: bool,
    tokens: int | None,
    as_json: bool,
    form: Form,
    output: str | None,
    fail_on: FailOn | None,
    baseline: str | None,
    update_baseline: bool,
) -> None:
    """Change one sample of random inputs, and measure what else changes.

    MODULE:FACTORY makes a model, or is one. LAYOUTS, such as "batch=6 seq=9 feature=10", are those of its inputs. The exit
    code is 3 where samples meet, something else is wrong, or nothing could be measured, unless --fail-on says otherwise.
    """
    from rnnshape.render.ending import Ending

    try:
        ending = Ending.of(target, fail_on or "warning", as_form(form, as_json), output, baseline, update_baseline)
    except SpecError as error:
        raise click.UsageError(str(error)) from None
    if not layouts:
        needed = "say what goes into the model, a Layout for each input"
        example = f'rnnshape probe {text.shown(target)} "batch=6 seq=9 feature=10"'
        raise click.UsageError(f"Missing argument 'LAYOUT...': {needed}, as in {example}")
    model = model_made_by(target)
    try:
        inputs = [_random(layout, tokens) for layout in layouts]
        influence = rnnshape.probe(model, *inputs, axes=list(layouts), causal=causal, train=train)
    except RNNShapeError as error:
        raise click.UsageError(str(error)) from None
    if _ends(influence, ending):
        ctx.exit(3)


def _ends(influence: Influence, ending: Ending) -> bool:
    """Write what was measured, and what a baseline makes of the findings; tell whether they are a failure."""
    known = ending.known(influence.findings)
    to = ending.to
    if to.form == "text":
        send(to, str(influence))
    elif to.form == "json":
        send(to, json.dumps(influence.to_dict(), indent=1))
    else:
        said = ", ".join(f"{experiment.name} {experiment.verdict}" for experiment in influence.experiments)
        drawn = influence.svg if to.form == "html" else ""
        outcome = Outcome(ending.title, influence.findings, known, said, blind=influence.untried, drawn=drawn)
        send(to, written(to.form, outcome).removesuffix("\n"))
    for entry in known.stale:
        click.echo(f"stale: {known.file} accepts what nobody finds any more: {entry}", err=True)
    ending.update(influence.findings)
    is_unmeasured = not influence.experiments and ending.fail_on != "never"
    return ending.fails(known) or is_unmeasured


def _random(text: str, tokens: int | None) -> Any:
    """Return random numbers, or tokens, of a Layout."""
    import torch

    layout = rnnshape.Layout.parse(text)
    if not all(isinstance(size, int) for size in layout.sizes):
        raise click.UsageError(f"{text!r}: every axis needs a size, as in 'batch=6 seq=9 feature=10'")
    sizes = [int(str(size)) for size in layout.sizes]
    numbers = torch.Generator().manual_seed(0)
    if tokens is not None and not {"feature", "hidden"} & set(layout.names):
        return torch.randint(1, tokens, sizes, generator=numbers)
    return torch.randn(sizes, generator=numbers)
