"""A benchmark for the field: what each tool says of the bugs in tests/cases, and of their corrected twins.

    python tests/field.py            prints the table
    python tests/field.py --update   writes it, and what each tool has missed, into docs/benchmark.md

Every tool is given what it asks for, and the benefit of the doubt: the batch's dim of inputs and outputs, the shapes that the
corrected twin has, its own defaults elsewhere. A tool *tells* of a bug where it says something of the model that has it, and
nothing of the twin; where it says something of both, it does not tell them apart. A tool that is not installed has no row.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import inspect
import json
import platform
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from test_cases import FOLDERS, load
from torch import nn

import rnnshape

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "benchmark.md"
BEGIN, END = "<!-- table -->\n", "<!-- end -->\n"


@dataclass(frozen=True)
class Case:
    """One half of a case: a model with its inputs, its target and loss where it has them, and what its twin returns.

    Attributes:
        file: buggy.py or fixed.py.
        module: what it defines.
        shapes: of everything that the corrected twin returns, in order.
    """

    file: Path
    module: Any
    shapes: tuple[tuple[int, ...], ...] = ()

    def model(self) -> nn.Module:
        torch.manual_seed(1)
        return self.module.make_model()

    def inputs(self) -> tuple[Any, ...]:
        return tuple(self.module.make_inputs())

    def target(self) -> Any:
        return self.module.make_target() if hasattr(self.module, "make_target") else None

    def loss(self) -> Callable[..., Any] | None:
        return getattr(self.module, "loss_fn", None)

    @property
    def axes(self) -> Any:
        return self.module.INPUT_AXES

    @property
    def batch_dim(self) -> int:
        """The batch's dim of the first input."""
        first = self.axes.split(",")[0] if isinstance(self.axes, str) else self.axes[0]
        names = first.split() if isinstance(first, str) else [*first] if isinstance(first, tuple) else []
        return names.index("batch") if "batch" in names else 0

    @property
    def output_batch_dim(self) -> int:
        """The batch's dim of the first output: the one that is as long as the batch; of several that of the input."""
        sizes = next((i.shape for i in self.inputs() if isinstance(i, torch.Tensor)), ())
        batch = sizes[self.batch_dim] if len(sizes) > self.batch_dim else 0
        dims = [dim for dim, size in enumerate(self.shapes[0] if self.shapes else ()) if size == batch]
        return self.batch_dim if self.batch_dim in dims or not dims else dims[0]

    def run(self) -> Any:
        """Run the model, and the loss where there is one; return what the model returned."""
        made = self.model()(*self.inputs())
        loss, target = self.loss(), self.target()
        if loss is not None:
            value = loss(made, target) if target is not None else loss(made)
            if isinstance(value, torch.Tensor) and value.requires_grad:
                value.sum().backward()
        return made


def tensors(made: Any) -> Iterator[torch.Tensor]:
    """Return every tensor of what a model returned."""
    if isinstance(made, torch.Tensor):
        yield made
    elif isinstance(made, dict):
        for value in made.values():
            yield from tensors(value)
    elif isinstance(made, (tuple, list)):
        for value in made:
            yield from tensors(value)


# The tools: each returns whether it says something


def torch_raises(case: Case) -> bool:
    try:
        case.run()
    except Exception:
        return True
    return False


def torch_raises_or_warns(case: Case) -> bool:
    with warnings.catch_warnings(record=True) as heard:
        warnings.simplefilter("always")
        return torch_raises(case) or bool(heard)


def torchinfo_summary(case: Case) -> bool:
    import torchinfo

    try:
        torchinfo.summary(case.model(), input_data=list(case.inputs()), verbose=0)
    except Exception:
        return True
    return False


def jaxtyping_and_beartype(case: Case) -> bool:
    """Hold the results of ``forward`` to the shapes that the twin has, as annotations written without fault."""
    from beartype import beartype
    from jaxtyping import Shaped, jaxtyped

    try:
        made = list(tensors(case.run()))
        for value, shape in zip(made, case.shapes, strict=True):
            annotation = Shaped[torch.Tensor, " ".join(map(str, shape))]

            @jaxtyped(typechecker=beartype)
            def result(value: annotation) -> annotation:  # type: ignore[valid-type]
                return value

            result(value)
    except Exception:
        return True
    return False


def torchtest2_check(case: Case) -> bool:
    import torchtest2

    loss, target = case.loss(), case.target()
    report = torchtest2.check_model(
        case.model(), case.inputs(), target, loss_fn=loss, batch_dim=case.batch_dim, output_batch_dim=case.output_batch_dim,
        output_shape=case.shapes[0] if case.shapes else None, skip=("overfit_batch",),  # it takes minutes, and fails on twins
    )  # fmt: skip
    return any(result.status.name == "FAIL" for result in report.results)


def pytest_torch_invariance(case: Case) -> bool:
    from pytest_torch.assertions import assert_batch_invariant

    try:
        assert_batch_invariant(case.model().eval(), case.inputs())
    except ValueError:  # it says that the check does not apply
        return False
    except Exception:
        return True
    return False


def rnnshape_named(case: Case) -> bool:
    return _diagnosed(case, case.axes, getattr(case.module, "TARGET_AXES", None))


def rnnshape_nameless(case: Case) -> bool:
    return _diagnosed(case, None, None)


def _diagnosed(case: Case, axes: Any, target_axes: Any) -> bool:
    extra: dict[str, Any] = {}
    if hasattr(case.module, "make_target"):
        extra = {"target": case.target(), "target_axes": target_axes, "loss": case.loss()}
    report = rnnshape.diagnose(case.model(), *case.inputs(), axes=axes, **extra)
    return any(f.severity != "info" for f in report.findings)


TOOLS: dict[str, tuple[str, Callable[[Case], bool]]] = {
    "torch, as it raises": ("torch", torch_raises),
    "torch, as it raises or warns": ("torch", torch_raises_or_warns),
    "torchinfo `summary`": ("torchinfo", torchinfo_summary),
    "jaxtyping + beartype, exact shapes of all results": ("jaxtyping", jaxtyping_and_beartype),
    "pytest-torch `assert_batch_invariant`": ("pytest-torch", pytest_torch_invariance),
    "torchtest2 `check_model`": ("torchtest2", torchtest2_check),
    "rnnshape `diagnose`, nothing named": ("rnnshape", rnnshape_nameless),
    "rnnshape `diagnose`, axes named": ("rnnshape", rnnshape_named),
}


# The score


@dataclass
class Score:
    """What a tool has said.

    Attributes:
        told: cases of which it told, the bug from its twin.
        both: cases of which it said something of the twin too.
        broke: cases that it could not be given.
        seconds: for everything.
    """

    told: set[str] = field(default_factory=set[str])
    both: set[str] = field(default_factory=set[str])
    broke: set[str] = field(default_factory=set[str])
    seconds: float = 0.0


@contextmanager
def quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def halves(folder: Path) -> tuple[Case, Case]:
    fixed = Case(folder / "fixed.py", load(folder / "fixed.py"))
    with quiet():
        shapes = tuple(tuple(made.shape) for made in tensors(fixed.run()))
    return Case(folder / "buggy.py", load(folder / "buggy.py"), shapes), Case(fixed.file, fixed.module, shapes)


def scored(tools: dict[str, Callable[[Case], bool]], folders: list[Path]) -> dict[str, Score]:
    scores = {name: Score() for name in tools}
    for number, folder in enumerate(folders, 1):
        buggy, fixed = halves(folder)
        for name, says in tools.items():
            began = time.perf_counter()
            of_bug = of_twin = False
            with quiet():
                try:
                    of_bug, of_twin = says(buggy), says(fixed)
                except Exception:  # of the tool's own
                    scores[name].broke.add(folder.name)
            scores[name].seconds += time.perf_counter() - began
            if of_twin:
                scores[name].both.add(folder.name)
            elif of_bug:
                scores[name].told.add(folder.name)
        if sys.stderr.isatty():
            print(f"\r{number} of {len(folders)}", end="", file=sys.stderr)
    return scores


def table(scores: dict[str, Score], kinds: dict[str, list[str]]) -> str:
    total = sum(map(len, kinds.values()))
    told = [f"{kind} ({len(names)})" for kind, names in kinds.items()]
    heads = [*told, f"all ({total})", "said of a right twin", "could not be run", "seconds"]
    rows = [f"| | {' | '.join(heads)} |", f"|---|{'---:|' * len(heads)}"]
    for name, score in scores.items():
        counts = [str(len(score.told & {*names})) for names in kinds.values()]
        cells = [*counts, str(len(score.told)), str(len(score.both)), str(len(score.broke)), f"{score.seconds:.0f}"]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def versions(names: list[str]) -> str:
    found = [f"{name} {importlib.metadata.version(name)}" for name in dict.fromkeys(names) if name != "rnnshape"]
    return ", ".join([*found, f"Python {platform.python_version()}", f"{torch.get_num_threads()} threads"])


def is_there(package: str) -> bool:
    try:
        importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return False
    return True


def main() -> None:
    parser = argparse.ArgumentParser(description=inspect.cleandoc(__doc__ or "").splitlines()[0])
    parser.add_argument("--update", action="store_true", help="write the table into docs/benchmark.md")
    parser.add_argument("--cases", default="*", metavar="GLOB", help="only these folders of tests/cases")
    options = parser.parse_args()
    folders = [folder for folder in FOLDERS if folder.match(options.cases)]
    tools = {name: (package, says) for name, (package, says) in TOOLS.items() if is_there(package)}
    symptoms = {folder.name: json.loads((folder / "case.json").read_text())["symptom"] for folder in folders}
    kinds = {kind: [name for name, said in symptoms.items() if said == kind] for kind in ("silent", "error")}
    scores = scored({name: says for name, (_, says) in tools.items()}, folders)
    ours = scores["rnnshape `diagnose`, axes named"]
    missed = ", ".join(f"`{name}`" for name in sorted({*symptoms} - ours.told - ours.both)) or "none"
    others = {name for tool, score in scores.items() if not tool.startswith("rnnshape") for name in score.told}
    more = ", ".join(f"`{name}`" for name in sorted(others - ours.told)) or "none"
    said = f"""{table(scores, kinds)}
{time.strftime("%Y-%m-%d")}, {versions([package for package, _ in tools.values()])}.

Missed by `diagnose` with axes named: {missed}.

Of these, told by another tool: {more}.
"""
    print(said)
    if options.update:
        head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
        PAGE.write_text(f"{head}{BEGIN}\n{said}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
