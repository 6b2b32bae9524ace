"""An `Influence` as text: what each experiment says, with small matrices of letters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

from rnnshape import text

if TYPE_CHECKING:
    from rnnshape.report.finding import Finding

__all__ = ["influence_text", "matrix_lines"]

_SHADES = ".:-=+*#%@"
"""From little to all; nothing is a space between two of them, so it is drawn as a middle dot."""

_NOTHING = "·"
MOST_SHOWN = 24
"""Rows and columns of a matrix that are drawn."""


class _Matrix(Protocol):
    @property
    def rows(self) -> str: ...
    @property
    def columns(self) -> str: ...
    @property
    def values(self) -> tuple[tuple[float, ...], ...]: ...


class _Experiment(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def evidence(self) -> tuple[str, ...]: ...
    @property
    def matrix(self) -> _Matrix | None: ...
    @property
    def by(self) -> str: ...


class _Influence(Protocol):
    @property
    def experiments(self) -> Sequence[_Experiment]: ...
    @property
    def findings(self) -> tuple[Finding, ...]: ...
    @property
    def untried(self) -> tuple[str, ...]: ...


def matrix_lines(matrix: _Matrix) -> list[str]:
    r"""Draw a matrix: a letter for each share, from ``·`` for nothing to ``@`` for all.

    >>> from types import SimpleNamespace
    >>> print("\n".join(matrix_lines(SimpleNamespace(rows="sample", columns="sample", values=((1.0, 0.0), (0.4, 1.0))))))
            sample 0 1
    sample 0       @ ·
    sample 1       = @
    """
    shown = [row[:MOST_SHOWN] for row in matrix.values[:MOST_SHOWN]]
    width = max(len(str(len(shown[0]) - 1)), len(str(len(shown) - 1)))
    left = len(matrix.rows) + 1 + width
    head = " " * left + f"{matrix.columns} " + " ".join(str(at).rjust(width) for at in range(len(shown[0])))
    start = " " * (len(matrix.columns) + 1)
    lines = [
        f"{matrix.rows} {str(at).rjust(width)}{start}" + " ".join(_shade(value).rjust(width) for value in row)
        for at, row in enumerate(shown)
    ]
    return [head[left - len(matrix.rows) - 1 - width :], *lines]


def _shade(value: float) -> str:
    return _NOTHING if value <= 0 else _SHADES[min(len(_SHADES) - 1, int(value * (len(_SHADES) - 1)))]


def influence_text(influence: _Influence) -> str:
    """Write an influence: a paragraph for each experiment, then the findings and what could not be tried."""
    parts = ["\n".join(_experiment(experiment)) for experiment in influence.experiments]
    parts += [str(finding) for finding in influence.findings]
    if influence.untried:
        parts.append("\n".join(["not tried:", *(f"  {text.shown(what)}" for what in influence.untried)]))
    return "\n\n".join(parts or ["nothing was measured"])


def _experiment(experiment: _Experiment) -> Iterator[str]:
    measured = "" if experiment.by == "differences" else f"  (by {experiment.by})"
    yield f"{experiment.name}: {experiment.verdict}{measured}"
    for sentence in experiment.evidence:
        yield f"  {text.shown(sentence)}"
    if experiment.matrix is not None and experiment.matrix.values:
        yield from (f"  {line}" for line in matrix_lines(experiment.matrix))
