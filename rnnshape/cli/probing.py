"""``rnnshape probe``: who influences whom in a live model, on random inputs of the Layouts that are named."""

from __future__ import annotations

import json
import sys
from typing import Any

import click

import rnnshape
from rnnshape.cli.live import model_made_by
from rnnshape.errors import RNNShapeError

__all__ = ["probe_command"]


@click.command(
    "probe",
    epilog="""\b
Examples:
  rnnshape probe package.models:classifier "batch=6 seq=9 feature=10"
  rnnshape probe package.models:Translator "batch=6 seq=9" "batch=6 seq=7" --tokens 100
  rnnshape probe package.models:forecaster "batch=6 seq=9 feature=4" --causal
""",
)
@click.option("--causal", is_flag=True, help="The output of a step must not depend on later ones.")
@click.option("--train", is_flag=True, help="Run it as while it trains; then all that is measured is a fact.")
@click.option("--tokens", metavar="N", type=click.IntRange(2), help="A Layout without a feature axis holds tokens below N.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.argument("target", metavar="MODULE:FACTORY")
@click.argument("layouts", metavar="LAYOUT...", nargs=-1, required=True)
def probe_command(target: str, layouts: tuple[str, ...], causal: bool, train: bool, tokens: int | None, as_json: bool) -> None:
    """Change one sample of random inputs, and measure what else changes.

    MODULE:FACTORY makes a model, or is one. LAYOUTS, such as "batch=6 seq=9 feature=10", are those of its inputs. The exit
    code is 3 where samples meet, or something else is wrong.
    """
    model = model_made_by(target)
    try:
        inputs = [_random(layout, tokens) for layout in layouts]
        influence = rnnshape.probe(model, *inputs, axes=list(layouts), causal=causal, train=train)
    except RNNShapeError as error:
        raise click.UsageError(str(error)) from None
    click.echo(json.dumps(influence.to_dict(), indent=1) if as_json else str(influence))
    if not influence.ok:
        sys.exit(3)


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
