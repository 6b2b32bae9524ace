"""``rnnshape predict``: of a layer, of a model in a file, of a live model. Torch is imported for models alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import rnnshape
from rnnshape.calculator.spec import KINDS
from rnnshape.cli.live import WrongModelError, model_made_by
from rnnshape.cli.options import as_form, baseline_options, form_options, json_of, send
from rnnshape.errors import RNNShapeError, SpecError
from rnnshape.layout.sizes import shown
from rnnshape.render.forms import Destination, Form, written
from rnnshape.text import nearest

if TYPE_CHECKING:
    from rnnshape.calculator.calc import Prediction
    from rnnshape.calculator.model import ModelPrediction
    from rnnshape.render.ending import Ending
    from rnnshape.report.catalogue import FailOn

__all__ = ["predict_command"]


class _Lengths(click.ParamType):  # pyright: ignore[reportMissingTypeArgument]
    name = "N,N,..."

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> list[int]:
        try:
            return [int(v) for v in str(value).split(",")]
        except ValueError:
            self.fail(f"{shown(value)} is no list of numbers such as 9,7,3", param, ctx)


class _What(click.ParamType):  # pyright: ignore[reportMissingTypeArgument]
    """A layer's name, a model's file, or where a model is made."""

    name = "WHAT"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        known = {kind.lower(): kind for kind in KINDS}
        if value.lower() in known:
            return known[value.lower()]
        if value.lower().endswith((".toml", ".json")) or ":" in value:
            return str(value)
        hint = nearest(value.lower(), known) or f"; layers are {', '.join(known)}"
        return self.fail(f"{value!r} is no layer, no model.toml or model.json, and no package.module:factory{hint}", param, ctx)


def _print_schema(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value:
        from rnnshape.modelfile.schema import json_schema

        click.echo(json_of(json_schema()))
        ctx.exit()


_OF_A_LAYER = (
    "input_size", "hidden_size", "num_layers", "bidirectional", "batch_first", "bias", "proj_size", "nonlinearity",
    "batch", "seq", "unbatched", "lengths", "dtype",
)  # fmt: skip


@click.command(
    "predict",
    short_help="Predict every shape of a layer or a model.",
    epilog="""\b
Examples:
  rnnshape predict lstm --input-size 10 --hidden-size 16 --bidirectional --batch 6 --seq 9
  rnnshape predict gru --input-size 10 --hidden-size 16 --lengths 9,7,3
  rnnshape predict grucell --input-size 10 --hidden-size 16 --batch 6 --json
  rnnshape predict model.toml
  rnnshape predict model.toml --module > model.py
  rnnshape predict --schema > model.schema.json
  rnnshape predict package.models:Tagger "batch=6 seq=9 feature=10"
  rnnshape predict package.models:Tagger "batch=B seq=T feature=10" --explain

\b
A model's file, TOML or JSON:
  [input]
  layout = "batch=32 seq=50"
\b
  [[layer]]
  type = "Embedding"
  num_embeddings = 10000
  embedding_dim = 64
\b
  [[layer]]
  type = "GRU"
  input_size = 64
  hidden_size = 128
  batch_first = true
\b
  [[layer]]
  type = "last_state"
""",
)
@click.argument("what", type=_What())
@click.argument("layouts", nargs=-1)
@click.option("--input-size", type=int, help="Features of each element of the input.")
@click.option("--hidden-size", type=int, help="Features of the hidden state.")
@click.option("--num-layers", type=int, help="Stacked layers.  [default: 1]")
@click.option("--bidirectional", is_flag=True, default=None, help="Read the sequence from both ends.")
@click.option("--batch-first", is_flag=True, default=None, help="Input and output are (batch, seq, ...).")
@click.option("--no-bias", "bias", flag_value=False, default=None, type=bool, help="Without bias vectors.")
@click.option("--proj-size", type=int, help="Projected size of an LSTM's hidden state.")
@click.option("--nonlinearity", type=click.Choice(["tanh", "relu"]), help="Of an RNN.")
@click.option("--batch", help="Samples: a number or a symbol.  [default: B]")
@click.option("--seq", default="T", show_default=True, help="Steps: a number or a symbol.")
@click.option("--unbatched", is_flag=True, help="Input without a batch.")
@click.option("--lengths", type=_Lengths(), help="Real steps of each sample, for a PackedSequence.")
@click.option("--dtype", default="float32", show_default=True, help="For the bytes.")
@click.option("--json", "as_json", is_flag=True, help="Short for --format json.")
@form_options("stdout")
@click.option("--explain", "explains", is_flag=True, help="Say where every size comes from.")
@click.option("--module", "as_module", is_flag=True, help="Print the nn.Module that a file describes, as Python.")
@click.option("--ignore", metavar="CODE", multiple=True, help="A code that is not reported; may be repeated.")
@baseline_options("never; warning with --baseline")
@click.option(
    "--schema", is_flag=True, is_eager=True, expose_value=False, callback=_print_schema,
    help="Print the JSON schema of a model's file.",
)  # fmt: skip
@click.pass_context
def predict_command(
    ctx: click.Context,
    what: str,
    layouts: tuple[str, ...],
    as_json: bool,
    form: Form,
    output: str | None,
    explains: bool,
    as_module: bool,
    ignore: tuple[str, ...],
    fail_on: FailOn | None,
    baseline: str | None,
    update_baseline: bool,
    **config: Any,
) -> None:
    """Predict every tensor's shape of a recurrent layer, or of a whole model, before anything runs.

    WHAT is a layer, one of RNN, LSTM, GRU, RNNCell, LSTMCell, GRUCell in any case; or a model's file, model.toml or
    model.json; or package.module:factory, which makes a model, or is one. LAYOUTS, such as "batch=6 seq=9 feature=10", are
    what that model is called with. Torch is needed for models, not for a layer.
    """
    from_file = what.lower().endswith((".toml", ".json"))
    if layouts and (from_file or what in KINDS):
        raise click.UsageError(f"Got unexpected extra argument ({layouts[0]})")
    if as_module and (not from_file or as_json or explains):
        raise click.UsageError("--module is for a model's file, and goes with neither --json nor --explain")
    to = Destination(as_form(form, as_json), output)
    if what in KINDS and to.form not in ("text", "json"):
        raise click.UsageError(f"--format {to.form} lists findings, and a layer given by its name has none; use text or json")
    try:
        codes = _checked(ignore)
        if what in KINDS:
            send(to, _layer_in_words(ctx, what, to.form, explains, config))
            return
        ending = _ending(what, fail_on, to, baseline, update_baseline)
    except SpecError as error:
        raise click.UsageError(str(error)) from None
    _refuse_options_of_a_layer(ctx, what)
    try:
        if as_module:
            _print_module(what, codes)
            return
        model = _from_file(what, codes) if from_file else _from_factory(what, layouts, codes)
    except RNNShapeError as error:
        raise WrongModelError(str(error)) from None
    if _ends(model, what, ending, explains):
        ctx.exit(3)


def _checked(ignore: tuple[str, ...]) -> tuple[str, ...]:
    """Return codes to be ignored, all of which must exist; without any, the catalogue need not be read."""
    if not ignore:
        return ()
    from rnnshape.report.catalogue import checked_codes

    return checked_codes(ignore)


def _ending(what: str, fail_on: FailOn | None, to: Destination, baseline: str | None, update_baseline: bool) -> Ending:
    from rnnshape.render.ending import Ending

    return Ending.of(what, fail_on, to.form, to.file, baseline, update_baseline)


def _ends(model: ModelPrediction, what: str, ending: Ending, explains: bool) -> bool:
    """Write a prediction, and what a baseline makes of its findings; tell whether they are a failure."""
    from rnnshape.render.outcome import Outcome

    known = ending.known(model.findings)
    if ending.to.form in ("text", "json"):
        send(ending.to, _shown(model, ending.to.form == "json", explains))
    else:
        send(ending.to, written(ending.to.form, Outcome(what, model.findings, known, blind=model.notes)).removesuffix("\n"))
    for entry in known.stale:
        click.echo(f"stale: {known.file} accepts what nobody finds any more: {entry}", err=True)
    ending.update(model.findings)
    return ending.fails(known)


def _refuse_options_of_a_layer(ctx: click.Context, what: str) -> None:
    for param in ctx.command.params:
        given = ctx.get_parameter_source(param.name or "") is not click.core.ParameterSource.DEFAULT
        if given and param.name in _OF_A_LAYER:
            raise click.UsageError(f"{param.opts[0]} is for a layer given by its name; {what} has its own")


def _layer_in_words(ctx: click.Context, kind: str, form: Form, explains: bool, config: dict[str, Any]) -> str:
    found = _predicted_layer(ctx, kind, **config)
    shown = found.explain() if explains else found
    return json_of(shown.to_dict()) if form == "json" else repr(shown)


def _predicted_layer(
    ctx: click.Context,
    kind: str,
    batch: str | None,
    seq: str,
    unbatched: bool,
    lengths: list[int] | None,
    dtype: str,
    **config: Any,
) -> Prediction:
    from rnnshape.calculator.calc import predict

    for param in ctx.command.params:
        if param.name in ("input_size", "hidden_size") and config[param.name] is None:
            raise click.MissingParameter(ctx=ctx, param=param)
    if unbatched and (batch is not None or lengths is not None):
        raise click.UsageError("--unbatched is one sequence, so it goes with neither --batch nor --lengths")
    given = {name: value for name, value in config.items() if value is not None}
    rows = None if unbatched else _size("B" if batch is None else batch)
    return predict(kind, batch=rows, seq=_size(seq), lengths=lengths, dtype=dtype, **given)


def _from_file(path: str, ignore: tuple[str, ...]) -> ModelPrediction:
    return rnnshape.predict_file(path, ignore=ignore)


def _print_module(path: str, ignore: tuple[str, ...]) -> None:
    source = rnnshape.module_source(path)
    for finding in _from_file(path, ignore).findings:
        click.echo(finding, err=True)
    click.echo(source, nl=False)


def _from_factory(target: str, layouts: tuple[str, ...], ignore: tuple[str, ...]) -> ModelPrediction:
    if not layouts:
        raise click.UsageError(f'say what goes into {target}, as in: rnnshape predict {target} "batch=6 seq=9 feature=10"')
    return rnnshape.predict(model_made_by(target), *layouts, ignore=ignore)


def _shown(model: ModelPrediction, as_json: bool, explains: bool) -> str:
    from rnnshape.render.explained import explained, explained_dict

    if as_json:
        return json_of(explained_dict(model) if explains else model.to_dict())
    return explained(model) if explains else repr(model)


def _size(value: str) -> int | str:
    try:
        return int(value)
    except ValueError:
        return value
