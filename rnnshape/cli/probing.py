"""``rnnshape probe``: who influences whom in a live model, on random inputs of the Layouts that are named."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import click

import rnnshape
from rnnshape import text
from rnnshape.cli.live import model_made_by
from rnnshape.cli.options import as_form, baseline_options, form_options, json_of, send
from rnnshape.dryrun.descriptions import Description, nested
from rnnshape.errors import RNNShapeError, SpecError
from rnnshape.render.forms import Form, written
from rnnshape.render.outcome import Outcome
from rnnshape.report.catalogue import FailOn

if TYPE_CHECKING:
    from torch import Tensor, nn

    from rnnshape.experiments.influence import Influence
    from rnnshape.render.ending import Ending

__all__ = ["probe_command"]


@click.command(
    "probe",
    short_help="Measure which samples influence which.",
    epilog="""\b
Examples:
  rnnshape probe package.models:classifier "batch=6 seq=9 feature=10"
  rnnshape probe package.models:Translator "batch=6 seq=9" "batch=6 seq=7" --tokens 100
  rnnshape probe package.models:tagger "batch=3 seq=9: int64" "batch: [9, 7, 3]"
  rnnshape probe package.models:cell "batch=6 feature=4" '["batch=6 hidden=8", "batch=6 hidden=8"]'
  rnnshape probe package.models:forecaster "batch=6 seq=9 feature=4" --causal
  rnnshape probe package.models:classifier "batch=6 seq=9 feature=10" --format html --output influence.html
""",
)
@click.option("--causal", is_flag=True, help="The output of a step must not depend on later ones.")
@click.option("--train", is_flag=True, help="Run it as while it trains; then all that is measured is a fact.")
@click.option(
    "--tokens", metavar="N", type=click.IntRange(2),
    help="A Layout of steps without features holds tokens below N. Whole numbers of a dtype that is said are below N, or below "
    "what the smallest embedding has.",
)  # fmt: skip
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

    MODULE:FACTORY makes a model, or is one. LAYOUTS, such as "batch=6 seq=9 feature=10", are those of its inputs; as for
    predict, "batch=6 seq=9: int64" says a dtype and "batch: [9, 7, 3]" values, such as lengths. An input of several tensors,
    such as a pair of states, is a JSON list or object of Layouts. The exit code is 3 where samples meet, something else is
    wrong, or nothing could be measured, unless --fail-on says otherwise.
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
        inputs, axes = _inputs(model, layouts, tokens)
        influence = rnnshape.probe(model, *inputs, axes=axes, causal=causal, train=train)
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
        send(to, json_of(influence.to_dict()))
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


def _inputs(model: nn.Module, layouts: Sequence[str], tokens: int | None) -> tuple[list[Any], list[Any]]:
    """Return what a model is given, and the axes of that, by what was said of each input.

    Raises:
        click.UsageError: where that cannot be read, or is not what ``forward`` takes.
    """
    described = [_described(written, f"input {number}") for number, written in enumerate(layouts, 1)]
    below = tokens or _fewest_tokens(model)
    try:
        inputs = [nested(item, partial(_drawn, tokens=tokens, below=below)) for item in described]
    except SpecError as error:
        raise click.UsageError(str(error)) from None
    try:
        inspect.signature(model.forward).bind(*inputs)
    except TypeError as error:
        name, given = type(model).__name__, text.count(len(inputs), "input")
        raise click.UsageError(f"{name}.forward does not take {given}: {error}") from None
    return inputs, [nested(item, lambda made, _: str(made.layout)) for item in described]


def _described(written: str, where: str) -> Any:
    """Read a Layout, with a dtype or values where somebody has said them, or JSON of several: a list is a tuple of tensors."""
    value: Any = written
    if written.strip()[:1] in ("[", "{"):
        try:
            value = _as_tuples(json.loads(written))
        except ValueError as error:
            raise click.UsageError(f"{where}: {written!r} is no JSON: {error}") from None
    try:
        found = nested(value, lambda item, place: Description.parse(item, place) if isinstance(item, str) else item, where)
    except RNNShapeError as error:
        raise click.UsageError(str(error)) from None
    nested(found, partial(_check_sizes, written=written))
    return found


def _as_tuples(value: Any) -> Any:
    """Return JSON with tuples for lists: states come as tuples."""
    if isinstance(value, list):
        return tuple(map(_as_tuples, cast("list[Any]", value)))
    return {key: _as_tuples(item) for key, item in cast("dict[str, Any]", value).items()} if isinstance(value, dict) else value


def _check_sizes(item: object, _: str, written: str) -> object:
    if not isinstance(item, Description):
        raise click.UsageError(f"{written!r}: {item!r} is no Layout")
    if not all(isinstance(size, int) for size in item.layout.sizes):
        raise click.UsageError(f"{written!r}: every axis needs a size, as in 'batch=6 seq=9 feature=10'")
    return item


def _drawn(item: Description, _: str, tokens: int | None, below: int | None) -> Tensor:
    """Return the numbers that were said, or random ones: whole ones where a dtype says so, or where it is a row of tokens."""
    import torch

    sizes = [int(str(size)) for size in item.layout.sizes]
    if item.values is not None:
        return torch.tensor(item.values, dtype=getattr(torch, item.dtype or "int64"))
    dtype = getattr(torch, item.dtype) if item.dtype is not None else None
    numbers = torch.Generator().manual_seed(0)
    names = {*item.layout.names}
    if dtype is None and tokens is not None and "seq" in names and not {"feature", "hidden"} & names:
        dtype = torch.int64
    if dtype is torch.bool:
        return torch.rand(sizes, generator=numbers) < 0.5
    if dtype is not None and not dtype.is_floating_point:
        if below is None:
            raise SpecError(f"{item.where}: whole numbers below what? Say --tokens N, or values, as in 'batch: [9, 7, 3]'")
        return torch.randint(1, below, sizes, generator=numbers, dtype=dtype)
    return torch.randn(sizes, generator=numbers).to(dtype or torch.float32)


def _fewest_tokens(model: nn.Module) -> int | None:
    """Return the rows of the smallest embedding; None where there is none."""
    from torch import nn

    rows = [module.num_embeddings for module in model.modules() if isinstance(module, (nn.Embedding, nn.EmbeddingBag))]
    return min(rows, default=None)
