"""The types of everything public, as the snippets beside this file state them, under pyright and mypy in their strict modes.

    .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest tests/types

The checkers come with the `dev` extra alone; without them only the comparison of names is run.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

import rnnshape
import rnnshape.nn
from rnnshape.api.watch import Watch

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
SNIPPETS = sorted(path for path in HERE.glob("*.py") if not path.name.startswith("test_"))
HOMES = {
    **{name: f"{home}.{name}" for home, names in rnnshape._EXPORTS.items() for name in names},
    **{f"nn.{name}": f"{getattr(rnnshape.nn, name).__module__}.{name}" for name in rnnshape.nn.__all__},
    "Watch": "rnnshape.api.watch.Watch",
}
PUBLIC = {
    **{name: getattr(rnnshape, name) for name in rnnshape.__all__},
    **{f"nn.{name}": getattr(rnnshape.nn, name) for name in rnnshape.nn.__all__},
    "Watch": Watch,
}

WRONG = """\
# pyright: strict

from typing import assert_type

import rnnshape as rs


def wrong(report: rs.Report) -> None:
    assert_type(report.findings, list[rs.Finding])
    assert_type(report.ok, bool)
"""


def checker(name: str) -> str:
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed; it comes with pip install -e '.[dev]'")
    return name


def run(name: str, *arguments: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", checker(name), *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, capture_output=True, text=True, timeout=600, check=False
    )


@pytest.fixture(scope="module")
def mypy(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run mypy as a user does, who sees the types of the package and not its mistakes; what it has read of torch is kept."""
    folder = tmp_path_factory.mktemp("mypy")
    settings = folder / "mypy.ini"
    settings.write_text("[mypy]\nstrict = true\nfollow_imports = silent\n")
    return lambda *paths: run("mypy", f"--config-file={settings}", f"--cache-dir={folder / 'cache'}", *paths)


# Both checkers


def test_pyright_strict() -> None:
    done = run("pyright", *SNIPPETS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 errors, 0 warnings" in done.stdout


def test_mypy_strict(mypy: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = mypy(*SNIPPETS)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout == f"Success: no issues found in {len(SNIPPETS)} source files\n"


def test_a_wrong_type_is_noticed_by_pyright(tmp_path: Path) -> None:
    (tmp_path / "wrong.py").write_text(WRONG)
    done = run("pyright", "--outputjson", tmp_path / "wrong.py")
    found = json.loads(done.stdout)["generalDiagnostics"]
    assert [(d["range"]["start"]["line"] + 1, d["rule"]) for d in found] == [(9, "reportAssertTypeFailure")]


def test_a_wrong_type_is_noticed_by_mypy(tmp_path: Path, mypy: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    (tmp_path / "wrong.py").write_text(WRONG)
    done = mypy(tmp_path / "wrong.py")
    assert done.returncode == 1
    [line, _] = done.stdout.splitlines()
    assert 'wrong.py:9: error: Expression is of type "tuple[Finding, ...]", not "list[Finding]"' in line


def test_every_public_type_is_known_to_pyright() -> None:
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
    done = run("pyright", "--verifytypes", "rnnshape", "--ignoreexternal", "--outputjson", PATH=path)
    symbols = json.loads(done.stdout)["typeCompleteness"]["symbols"]
    if not symbols:
        pytest.skip("this pyright does not find the environment that it runs in")
    homes = tuple(HOMES.values())
    public = [s for s in symbols if s["name"] in homes or s["name"].startswith(tuple(f"{home}." for home in homes))]
    assert set(homes) <= {symbol["name"] for symbol in public}
    assert [s["name"] for s in public if not s["isTypeKnown"] or s["isTypeAmbiguous"]] == []


# A snippet for every name


def members(name: str) -> Iterator[str]:
    """Name what a class of ours has that is public: methods, properties and fields."""
    kind = PUBLIC[name]
    for base in inspect.getmro(kind) if isinstance(kind, type) else ():
        if base.__module__.startswith("rnnshape"):
            yield from (f"{name}.{member}" for member in {**vars(base), **base.__annotations__} if not member.startswith("_"))


def chain(node: ast.expr) -> list[str]:
    """Return the names of ``a.b.c``, and nothing for any other expression."""
    if isinstance(node, ast.Name):
        return [node.id]
    inner = chain(node.value) if isinstance(node, ast.Attribute) else []
    return [*inner, node.attr] if isinstance(node, ast.Attribute) and inner else []


@cache
def stated() -> frozenset[str]:
    """Return every public name, and member of a class, that stands in the snippets; of an argument by its annotation."""
    found: set[str] = set()
    for path in SNIPPETS:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        imported = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) and n.module == "rnnshape.nn"]
        of_nn = {alias.name for node in imported for alias in node.names}
        for function in [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]:
            kinds = {a.arg: ".".join(chain(a.annotation)) for a in function.args.args if a.annotation}
            for node in ast.walk(function):
                names = chain(node) if isinstance(node, ast.expr) else []
                if names and not (names[0] == "rs" and len(names) == 1):
                    names = names[1:] if names[0] == "rs" else [kinds.get(names[0], names[0]), *names[1:]]
                    first = f"nn.{names[0]}" if names[0] in of_nn else names[0]
                    found.add(".".join([first, *names[1:]]))
    return frozenset(found)


@pytest.mark.parametrize("name", sorted(PUBLIC))
def test_every_public_name_has_a_snippet(name: str) -> None:
    wanted = {name, *members(name)}
    assert sorted(wanted - stated()) == []


def test_a_name_without_a_snippet_is_noticed() -> None:
    assert {"Report.findings", "predict", "nn.LSTM.last_state", "Layout.parse", "Watch.attach"} <= stated()
    assert not {"Report.looked_for", "predicted", "nn.LSTM.forget"} & stated()
    assert "nn.LSTM.last_state" in set(members("nn.LSTM"))
    assert {"Finding.code", "Finding.headline"} <= set(members("Finding"))
