"""The command line. It parses, calls and prints; torch is imported for ``run`` and for a live model alone."""

from __future__ import annotations

import sys
from typing import Any

import click

from rnnshape import __version__
from rnnshape.cli.interrupt import Interrupt

__all__ = ["main"]

_EPILOG = """\b
Examples:
  rnnshape run train.py --epochs 2       your script, unchanged, under watch
  rnnshape predict lstm --input-size 10 --hidden-size 16 --batch 6 --seq 9
  rnnshape predict model.toml            every shape of a model in a file
  rnnshape probe package.models:classifier "batch=6 seq=9 feature=10"
  rnnshape explain RNS103

\b
Shell completion (bash; zsh and fish likewise):
  eval "$(_RNNSHAPE_COMPLETE=bash_source rnnshape)"
"""


COMMANDS = {
    "explain": "Explain a rule, or a word.",
    "predict": "Predict every shape of a layer or a model.",
    "probe": "Measure which samples influence which.",
    "rules": "List every rule.",
    "run": "Run a training script, unchanged, under watch.",
}
"""What there is behind ``rnnshape``, with the first line of its help; each is imported when it is asked for."""


IN_PYTHON = {
    "diagnose": "as rnnshape.diagnose(model, x); rnnshape run looks at a script as it trains",
    "watch": "as rnnshape.watch(model); rnnshape run watches a script",
    "check": "as @rnnshape.check",
}
"""Other ways in that a reader of the documentation may look for here, with how they are called."""


def _silent(*_: object) -> None:
    """Print nothing."""


class _Program(click.Group):
    """The command group. A script that Ctrl-C has ended goes on to the interpreter, which ends as it always does then."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().main(*args, **kwargs)
        except Interrupt:
            sys.excepthook = _silent  # the script's traceback is printed already
            raise KeyboardInterrupt from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*COMMANDS]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands, and import none."""
        with formatter.section("Commands"):
            formatter.write_dl([*COMMANDS.items()])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """Find a command; of what is called in Python alone, say so."""
        if args and args[0] in IN_PYTHON and not ctx.resilient_parsing:
            ctx.fail(f"No such command {args[0]!r}: it is called in Python, {IN_PYTHON[args[0]]}.")
        return super().resolve_command(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        for name in (cmd_name,) if cmd_name in COMMANDS else COMMANDS:  # all of them, for click to say which is nearest
            if name not in self.commands:
                self.add_command(_command(name))
        return self.commands.get(cmd_name)


def _command(name: str) -> click.Command:
    """Import a command."""
    match name:
        case "predict":
            from rnnshape.cli.predicting import predict_command

            return predict_command
        case "probe":
            from rnnshape.cli.probing import probe_command

            return probe_command
        case "run":
            from rnnshape.cli.running import run_command

            return run_command
        case "explain":
            from rnnshape.cli.explaining import explain_command

            return explain_command
        case _:
            from rnnshape.cli.explaining import rules_command

            return rules_command


@click.group(cls=_Program, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="rnnshape")
def main() -> None:
    """Know what every axis of a recurrent model's tensors means."""
