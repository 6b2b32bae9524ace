"""Mutation: change one thing in the rules or the contracts, run the tests that reach it, and name what none of them notices.

    python tests/mutation.py --list
    python tests/mutation.py --kinds codes,messages --files 'rules/*.py'

It is our own, as no kept tool fits: mutmut has no operators for codes, messages and suggestions and no place for any;
cosmic-ray takes them, but writes into the working tree and pays for `import torch` and one fixed set of tests with each mutant;
mutatest needs a coverage of before 2022.

It works on copies of the project. First every test runs once, and what it reaches is written down line by line; that is kept
in .pytest_cache until the package or the test file changes. Then, for each mutant, the test files that reach its lines
run one after the other until a test fails, each in a fork of a process that has imported torch and nothing of the package. A
mutant outside of functions runs at import: the tests that reach anything in its file are asked. What a test reaches in a
process of its own is not seen, so such a test is asked only where it reaches the line in this one too.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import click
from mutants import KINDS, Mutant, mutants, next_codes, signatures_of
from trials import Bench, Result, Spread, Trace, workers

ROOT = Path(__file__).parents[1]

FILES = ("rules/*.py", "contracts/*.py")
OPERATIONS = "operations/*.py"

SLOW = (
    "tests/benchmarks/*",  # measure time
    "tests/oracle/*",  # hold what is computed against torch, thousands of times, and no words
    "tests/types/*",  # run type checkers
    "tests/test_examples.py",  # each a process of its own
    "tests/test_imports.py",
    "tests/test_mutation.py",
    "tests/test_readme.py",
    "tests/calculator/test_scaling.py",
)
"""Test files that are not asked unless --tests names them."""

OWN = ("mutants.py", "mutation.py", "trials.py", "test_mutation.py")
"""The files of this tool, which no other test reaches."""

PRELOADED = (
    "torch", "torch.nn.functional", "torch._subclasses", "numpy", "einops", "jaxtyping", "beartype.door", "hypothesis",
    "hypothesis.strategies", "rich.console", "rich.table", "jsonschema",
)  # fmt: skip
"""What is imported before the forks."""

MOST_SURVIVORS = 0.05
"""Share of the mutants of codes and messages that may survive."""

EQUIVALENT: dict[str, str] = {}
"""Mutants that change nothing a test could notice, by `Mutant.name`, with the reason. They are run and printed as well."""


def found_tests(root: Path, patterns: Sequence[str]) -> list[str]:
    """Return the test files that patterns name, or all but the slow ones."""
    files = sorted(str(p.relative_to(root)) for p in (root / "tests").rglob("test_*.py"))
    if patterns:
        return [f for f in files if any(fnmatch(f, p) for p in patterns)]
    nested = [f for f in files if "cases/" in f or "right/" in f]
    return [f for f in files if f not in nested and not any(fnmatch(f, p) for p in SLOW)]


def found_mutants(root: Path, package: str, patterns: Sequence[str], kinds: Sequence[str]) -> list[Mutant]:
    """List the mutants of some files and kinds, in the order of files and lines."""
    home = root / package
    sources = {p.relative_to(home).as_posix(): p.read_text(encoding="utf-8") for p in sorted(home.rglob("*.py"))}
    signatures = signatures_of(sources)
    catalogued = [s for f, s in sources.items() if "catalogue" in f] or list(sources.values())
    codes = next_codes(re.findall(r'"(RNS\d{3})"', "".join(catalogued)))
    chosen = [f for f in sources if any(fnmatch(f, p) for p in patterns)]
    return [m for f in chosen for m in mutants(sources[f], f, signatures, codes) if m.kind in kinds]


def digests(root: Path, package: str, files: Sequence[str], test_files: Sequence[str]) -> dict[str, str]:
    """Return, for each test file, a number of everything that decides what its tests reach: all but other test files."""
    paths = sorted(p for p in [*(root / package).rglob("*"), *(root / "tests").rglob("*")] if p.is_file())
    shared = hashlib.sha256(repr(files).encode())
    for path in paths:
        if "__pycache__" not in path.parts and path.name not in OWN and not path.match("test_*.py"):
            shared.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    numbers = {}
    for test_file in test_files:
        own = shared.copy()
        own.update((root / test_file).read_bytes())
        numbers[test_file] = own.hexdigest()
    return numbers


def reached(spread: Spread, root: Path, package: str, files: Sequence[str], test_files: Sequence[str]) -> list[Trace]:
    """Return the tests that pass without a mutant and what they reach, as it was written down last time if nothing changed."""
    kept = root / ".pytest_cache" / "mutation.json"
    known: dict[str, dict[str, Any]] = json.loads(kept.read_text()) if kept.exists() else {}
    keys = digests(root, package, files, test_files)
    orders = [(f, files) for f in test_files if known.get(f, {}).get("key") != keys[f]]
    kept.parent.mkdir(exist_ok=True)
    for at, (test_file, said) in enumerate(spread("reach", orders), 1):
        known[test_file] = {**said, "key": keys[test_file]}
        kept.write_text(json.dumps(known))
        say(f"[{at}/{len(orders)}] {test_file}: {len(said['tests'])} tests")
    failed = {name for f in test_files for name in known[f]["failed"]}
    for name in sorted(failed):
        say(f"fails without a mutant, and is left out: {name}")
    return [
        Trace(name, seconds, {file: frozenset(lines) for file, lines in by_file.items()})
        for f in test_files
        for name, (seconds, by_file) in known[f]["tests"].items()
        if name not in failed
    ]


def say(line: str) -> None:
    click.echo(line, err=True)


# What it prints


def table(results: Sequence[Result]) -> list[str]:
    """Lay out how many mutants of each kind were killed."""
    outcomes = ("killed", "survived", "timed out", "not reached")
    lines = [f"{'kind':<12}{'mutants':>9}" + "".join(f"{o:>13}" for o in outcomes)]
    for kind in [k for k in KINDS if any(r.mutant.kind == k for r in results)] + ["all"]:
        own = [r for r in results if kind in (r.mutant.kind, "all")]
        counts = Counter(r.outcome for r in own)
        lines.append(f"{kind:<12}{len(own):>9}" + "".join(f"{counts[o]:>13}" for o in outcomes))
    return lines


def alive(results: Sequence[Result]) -> list[Result]:
    """Return what survived and is not listed as equivalent; what no test reaches survives too."""
    return [r for r in results if r.outcome in ("survived", "not reached") and r.mutant.name not in EQUIVALENT]


def remarks(results: Sequence[Result], complete: bool) -> list[str]:
    """List the survivors, those that timed out, and the equivalent ones, with what is wrong with that list."""
    lines: list[str] = []
    for title, some in (
        ("survived", [r for r in alive(results) if r.outcome == "survived"]),
        ("not reached by any test, so it survived", [r for r in alive(results) if r.outcome == "not reached"]),
        ("timed out", [r for r in results if r.outcome == "timed out"]),
    ):
        if some:
            lines += ["", f"{title}:", *(f"  {r.mutant}" + (f"   ({r.tests} tests)" if r.tests else "") for r in some)]
    known = {r.mutant.name: r for r in results}
    equivalent = [(name, reason, known[name]) for name, reason in EQUIVALENT.items() if name in known]
    if equivalent:
        lines += ["", "equivalent:", *(f"  {r.mutant}   {r.outcome}\n    {reason}" for _, reason, r in equivalent)]
    wrong = [f"  {name}: a test kills it" for name, _, r in equivalent if r.outcome == "killed"]
    wrong += [f"  {name}: there is no such mutant" for name in EQUIVALENT if complete and name not in known]
    return lines + (["", "wrongly listed as equivalent:", *wrong] if wrong else [])


def failing(results: Sequence[Result]) -> bool:
    """Tell whether too many mutants of codes and messages survive."""
    pinned = [r for r in results if r.mutant.kind in ("code", "message")]
    return len(alive(pinned)) > MOST_SURVIVORS * len(pinned)


def _kinds(context: click.Context, parameter: click.Parameter, value: str) -> list[str]:
    kinds = [word.strip().removesuffix("s") for word in value.split(",")]
    if unknown := [k for k in kinds if k not in KINDS]:
        raise click.BadParameter(f"{unknown[0]} is none of {', '.join(f'{k}s' for k in KINDS)}")
    return kinds


@click.command(help=(__doc__ or "").partition("\n\n")[0])
@click.option("--kinds", default=",".join(f"{k}s" for k in KINDS), show_default=True, callback=_kinds)
@click.option("--files", multiple=True, default=FILES, show_default=True, help="Glob of files of the package; repeatable.")
@click.option("--operations", is_flag=True, help=f"Change {OPERATIONS} too.")
@click.option("--match", multiple=True, help="Try only mutants with this text in them, such as 'in judge: code'; repeatable.")
@click.option("--tests", multiple=True, help="Glob of test files; repeatable. All but the slow ones where there is none.")
@click.option("--jobs", default=2, show_default=True, help="Processes.")
@click.option("--sample", type=int, help="Try only so many, chosen at random.")
@click.option("--seed", default=0, show_default=True, help="Of that choice.")
@click.option("--timeout", default=60.0, show_default=True, help="Seconds for a test file, and five times what it took before.")
@click.option("--list", "listing", is_flag=True, help="List the mutants, and end.")
@click.option("--root", type=click.Path(path_type=Path, exists=True), default=ROOT, help="Of the project.")
@click.option("--package", default="rnnshape", show_default=True)
@click.option("--preload", default=",".join(PRELOADED), help="Modules to import before the forks.")
def main(
    kinds: list[str], files: tuple[str, ...], operations: bool, match: tuple[str, ...], tests: tuple[str, ...], jobs: int,
    sample: int | None, seed: int, timeout: float, listing: bool, root: Path, package: str, preload: str,
) -> None:  # fmt: skip
    root = root.resolve()
    patterns = [*files, *([OPERATIONS] if operations else [])]
    found = found_mutants(root, package, patterns, kinds)
    found = [m for m in found if not match or any(text in str(m) for text in match)]
    complete = sample is None and not match and len(kinds) == len(KINDS) and files == FILES
    if sample is not None and sample < len(found):
        chosen = set(random.Random(seed).sample(range(len(found)), sample))
        found = [m for at, m in enumerate(found) if at in chosen]
    if listing:
        click.echo("\n".join(map(str, found)))
        say(", ".join(f"{count} {kind}s" for kind, count in Counter(m.kind for m in found).items()))
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the workers end too
    traced = sorted({m.file for m in found_mutants(root, package, [*FILES, *patterns], KINDS)})
    with workers(Bench(root, package, timeout), jobs, [name for name in preload.split(",") if name]) as spread:
        known = reached(spread, root, package, traced, found_tests(root, tests))
        if not known:
            raise click.ClickException("no test passes without a mutant")
        orders = [(mutant, [t for t in known if t.reaches(mutant)]) for mutant in found]
        results = list(_progress(spread("attempt", orders), len(orders)))
    places = {mutant: at for at, mutant in enumerate(found)}
    results.sort(key=lambda r: places[r.mutant])
    click.echo("\n".join([*table(results), *remarks(results, complete)]))
    sys.exit(failing(results))


def _progress(results: Iterable[Result], total: int) -> Iterator[Result]:
    """Say how far it is, every ten seconds, and name each survivor as soon as it is known."""
    began = said = time.monotonic()
    counts: Counter[str] = Counter()
    for at, result in enumerate(results, 1):
        counts[result.outcome] += 1
        if result.outcome != "killed":
            say(f"{result.outcome}: {result.mutant}")
        now = time.monotonic()
        if now - said > 10 or at == total:
            said, left = now, (now - began) / at * (total - at)
            so_far = ", ".join(f"{count} {outcome}" for outcome, count in counts.most_common())
            say(f"[{at}/{total}] {so_far}; about {left / 60:.0f} min left")
        yield result


if __name__ == "__main__":
    main()
