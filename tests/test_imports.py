"""The house: floors, lazy imports, public names and docstrings."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Collection, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib import import_module
from pathlib import Path

import pytest

import rnnshape

ROOT = Path(rnnshape.__file__).parent

FLOORS = (
    "errors", "text", "tracebacks", "harmless", "drawing", "layout", "report", "calculator", "contracts", "render", "_torch",
    "calls", "coordinates", "operations", "rules", "tracking", "hooks", "session", "experiments", "checking", "dryrun",
    "modelfile", "states", "nn", "api", "integrations", "cli", "pytest_plugin", "__main__", "__init__",
)  # fmt: skip
"""Every folder and module of the package, from the ground up: each imports from those before it alone."""

BELOW_TORCH = FLOORS.index("_torch")
"""What stands lower never imports torch."""

LONGEST_CHAIN = 13
"""Files in the longest chain of run-time imports. The file of a folder itself counts where it runs before what is in it.

What prints or draws an object is imported when that is asked for, at the end of all chains: it begins one of its own.
"""

_PRINTS = "it prints itself, with a function that takes it"

CIRCLES_OF_TYPES = {
    ("calculator.calc", "calculator.comparison"): _PRINTS,
    ("calculator.calc", "calculator.explanation"): _PRINTS,
    ("calculator.calc", "calculator.scaling"): _PRINTS,
    ("calculator.calc", "calculator.tables"): _PRINTS,
    ("calculator.calc", "calculator.pictures.frames"): _PRINTS,
    ("calculator.calc", "calculator.pictures.layer"): _PRINTS,
    ("calculator.calc", "calculator.pictures.letters"): _PRINTS,
    ("calculator.calc", "calculator.pictures.meetings"): _PRINTS,
    ("calculator.calc", "calculator.pictures.packed"): _PRINTS,
    ("calculator.calc", "calculator.pictures.places"): _PRINTS,
    ("calculator.calc", "calculator.pictures.recurrence"): _PRINTS,
    ("calculator.windows", "calculator.pictures.windows"): _PRINTS,
    ("calculator.comparison", "calculator.pictures.changes"): _PRINTS,
    ("calculator.scaling", "calculator.pictures.growth"): _PRINTS,
    ("calculator.model", "calculator.pictures.run"): _PRINTS,
    ("experiments.influence", "experiments.picture"): _PRINTS,
    ("layout.layout", "layout.chips"): _PRINTS,
    ("layout.layout", "layout.picture"): _PRINTS,
    ("report.finding", "report.pictures.drawn"): _PRINTS,
    ("report.finding", "report.pictures.rereading"): _PRINTS,
    ("report.finding", "report.words"): _PRINTS,
    ("report.report", "report.page.contents"): _PRINTS,
    ("report.report", "report.page.inline"): _PRINTS,
    ("report.report", "report.pictures.run"): _PRINTS,
}
"""Where the second module names a type of the first, which cannot run without the second; with the reason."""

HEAVY = ("torch", "numpy", "rich", "click")


# What a module is and imports


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def modules(root: Path = ROOT) -> dict[str, Path]:
    """Return every module of a package by its name: "layout", "render.terminal", "__init__"."""
    return {".".join(p.relative_to(root).with_suffix("").parts): p for p in sorted(root.rglob("*.py"))}


def floor(module: str) -> int:
    """Return the floor of a module, which is that of the folder it is in."""
    name = module.split(".")[0]
    assert name in FLOORS, f"{module} stands on no floor"
    return FLOORS.index(name)


def for_types_only(node: ast.AST) -> bool:
    if not isinstance(node, ast.If):
        return False
    test = node.test
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


@cache
def imported(node: ast.AST, inside: str = "rnnshape") -> frozenset[str]:
    """Return the full name of everything that a tree imports when it runs, however deep in functions and branches."""
    found: set[str] = set()
    todo = [node]
    while todo:
        part = todo.pop()
        if isinstance(part, ast.Import):
            found |= {alias.name for alias in part.names}
        elif isinstance(part, ast.ImportFrom):
            parents = inside.split(".")[: 1 - part.level or None] if part.level else []
            base = ".".join([*parents, *([part.module] if part.module else [])])
            found |= {f"{base}.{alias.name}" for alias in part.names}
        todo += part.orelse if for_types_only(part) else ast.iter_child_nodes(part)  # type: ignore[attr-defined]
    return frozenset(found)


def of_package(names: Collection[str], known: dict[str, Path]) -> set[str]:
    """Keep what is in the package, as names of modules: "rnnshape.layout.layout.Layout" is "layout"."""
    found = set()
    for name in names:
        parts = name.split(".")
        if parts[0] == "rnnshape":
            inner = [".".join(parts[1:end]) for end in range(len(parts), 1, -1)]
            found.add(next((n for candidate in inner for n in (candidate, f"{candidate}.__init__") if n in known), "__init__"))
    return found


def needed(module: str, source: ast.Module, known: dict[str, Path]) -> set[str]:
    """Return the modules that run before a module does; the top one is left out, as it imports nothing by itself."""
    direct = of_package(imported(source, package_of(module)), known)
    folders = {f"{name.rpartition('.')[0]}.__init__" for name in direct if package_of(name) != package_of(module)}
    return ((direct | folders) & set(known)) - {module, "__init__"}


def all_needs(sources: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    known = {name: Path() for name in sources}
    return {name: needed(name, source, known) for name, source in sources.items()}


def longest_chain(needs: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """Return the longest way down by what each module imports when it runs."""
    ways: dict[str, tuple[str, ...]] = {}
    for name in TopologicalSorter(needs).static_order():
        ways[name] = (name, *max((ways[below] for below in sorted(needs.get(name, ()))), key=len, default=()))
    return max(ways.values(), key=len)


def below(module: str, needs: Mapping[str, Collection[str]]) -> set[str]:
    """Return everything that runs before a module does."""
    found: set[str] = set()
    todo = [module]
    while todo:
        new = set(needs.get(todo.pop(), ())) - found
        found |= new
        todo += new
    return found


def circles_of_types(sources: Mapping[str, ast.Module]) -> set[tuple[str, str]]:
    """Return pairs of modules of which the second names a type of the first, which cannot run without the second."""
    known, needs = {name: Path() for name in sources}, all_needs(sources)
    found: set[tuple[str, str]] = set()
    for name, source in sources.items():
        blocks = [node for node in ast.walk(source) if for_types_only(node)]
        named = {of for block in blocks for line in block.body for of in of_package(imported(line, package_of(name)), known)}
        found |= {(of, name) for of in named if name in below(of, needs)}
    return found


def mistakes(sources: dict[str, ast.Module]) -> list[str]:
    """Return every breach of the floors, and every circle within a folder."""
    known = {name: Path() for name in sources}
    needs = {name: needed(name, source, known) for name, source in sources.items()}
    wrong = [upward(a, b) for a in needs for b in sorted(needs[a]) if floor(b) > floor(a)]
    wrong += [f"{a} imports torch" for a in needs if floor(a) < BELOW_TORCH and "torch" in outside(sources[a])]
    try:
        tuple(TopologicalSorter({a: {b for b in needs[a] if floor(b) == floor(a)} for a in needs}).static_order())
    except CycleError as error:
        wrong.append(f"a cycle: {' -> '.join(error.args[1])}")
    return wrong


def upward(importer: str, above: str) -> str:
    """Return how the breach of a module that imports from above reads."""
    return f"{importer} (floor {floor(importer)}) imports {above} (floor {floor(above)})"


def package_of(module: str) -> str:
    return ".".join(["rnnshape", *module.split(".")[:-1]])


def outside(source: ast.AST) -> set[str]:
    return {name.split(".")[0] for name in imported(source)} - {"rnnshape"}


# Floors


def test_every_module_stands_on_one_floor() -> None:
    assert len(modules()) > 20
    for name in modules():
        floor(name)


def test_the_floor_of_what_imports_from_above_is_told() -> None:
    assert upward("text", "layout.layout") == "text (floor 1) imports layout.layout (floor 5)"


def test_a_module_on_no_floor_is_noticed() -> None:
    with pytest.raises(AssertionError) as caught:
        floor("helpers")
    assert str(caught.value).startswith("helpers stands on no floor")


def test_a_module_imports_from_lower_floors_only() -> None:
    assert mistakes({name: tree(path) for name, path in modules().items()}) == []


@pytest.mark.parametrize(
    ("module", "source", "message"),
    [
        ("text", "import rnnshape.report", upward("text", "report")),
        ("text", "from rnnshape import report", upward("text", "report")),
        ("text", "from . import report", upward("text", "report")),
        ("text", "from .report import Report", upward("text", "report")),
        ("text", "def f():\n  if 1:\n    from rnnshape.report import Report", upward("text", "report")),
        ("errors", "import rnnshape.text", upward("errors", "text")),
        ("render.terminal", "from ..api.run import run", upward("render.terminal", "api.run")),
        ("report", "import torch.nn as nn", "report imports torch"),
        ("report", "class A:\n  def f(self):\n    from torch import nn", "report imports torch"),
        ("render.terminal", "try:\n  import torch\nexcept ImportError: pass", "render.terminal imports torch"),
        ("report", "if TYPE_CHECKING:\n  pass\nelse:\n  import torch", "report imports torch"),
    ],
)
def test_a_breach_is_noticed(module: str, source: str, message: str) -> None:
    others = {"report": "", "api.run": "", "text": "", "errors": "", "__init__": ""}
    sources = {name: ast.parse(text) for name, text in (others | {module: source}).items()}
    assert mistakes(sources) == [message]


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("report", "from rnnshape.text import columns\nimport rnnshape.errors\nfrom rnnshape import text, __version__"),
        ("report", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n  import torch\n  from rnnshape.api.run import run"),
        ("report", "import typing\nif typing.TYPE_CHECKING:\n  from rnnshape.api.run import run"),
        ("report", "import torchvision_like, dataclasses"),
        ("_torch", "import torch"),
    ],
)
def test_what_is_allowed_is_not_noticed(module: str, source: str) -> None:
    sources = {name: ast.parse("") for name in ("text", "errors", "api.run", "__init__")} | {module: ast.parse(source)}
    assert mistakes(sources) == []


def test_a_circle_within_a_folder_is_noticed() -> None:
    lines = {"layout.sizes": "import rnnshape.layout.axes", "layout.axes": "from rnnshape.layout import factoring"}
    lines |= {"layout.factoring": "from .sizes import Size"}
    [found] = mistakes({name: ast.parse(text) for name, text in lines.items()})
    assert found.startswith("a cycle: ")
    assert set(found.removeprefix("a cycle: ").split(" -> ")) == set(lines)


def test_a_circle_of_folders_is_noticed() -> None:
    lines = {"operations.doors": "from rnnshape.rules import judge", "operations.registry": "", "__init__": ""}
    lines |= {"rules.judge": "from rnnshape.operations.registry import operation"}
    [found] = mistakes({name: ast.parse(text) for name, text in lines.items()})
    assert found == upward("operations.doors", "rules.judge")


# Depth


def before_printing(needs: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """Leave out what prints an object, of the needs of the object."""
    return {name: {other for other in below if (name, other) not in CIRCLES_OF_TYPES} for name, below in needs.items()}


def test_what_prints_an_object_begins_a_chain_of_its_own() -> None:
    needs = {"report.finding": {"report.words", "report.location"}, "report.words": {"text"}, "text": {"report.words"}}
    kept = before_printing(needs)
    assert kept == {"report.finding": {"report.location"}, "report.words": {"text"}, "text": {"report.words"}}


def test_the_longest_chain_of_imports() -> None:
    chain = longest_chain(before_printing(all_needs({name: tree(path) for name, path in modules().items()})))
    print(f"the longest chain of imports has {len(chain)} files: {' -> '.join(chain)}")
    assert len(chain) <= LONGEST_CHAIN


def test_a_chain_is_followed_through_every_kind_of_import() -> None:
    lines = {"a": "def f():\n  from rnnshape import b", "b": "import rnnshape.c", "c": "from rnnshape.d import e", "d": ""}
    lines |= {"short": "import rnnshape.d", "types": "if TYPE_CHECKING:\n  import rnnshape.a"}
    needs = all_needs({name: ast.parse(text) for name, text in lines.items()})
    assert longest_chain(needs) == ("a", "b", "c", "d")


def test_a_circle_of_types_is_named_with_its_reason() -> None:
    found = circles_of_types({name: tree(path) for name, path in modules().items()})
    assert found == set(CIRCLES_OF_TYPES)


def test_a_circle_of_types_is_noticed() -> None:
    named = "if TYPE_CHECKING:\n  from rnnshape.a import A"
    lines = {"a": "import rnnshape.b", "b": "def f():\n  import rnnshape.c", "c": named, "d": named}
    assert circles_of_types({name: ast.parse(text) for name, text in lines.items()}) == {("a", "c")}


# Lazy imports, in a fresh interpreter

STEPS = """
import json, sys
found = {}
def note(step):
    found[step] = [name for name in %r if name in sys.modules]
import rnnshape
note("import")
dir(rnnshape)
rnnshape.Layout.parse("batch=6 seq=9")[:, -1]
rnnshape.predict("LSTM", 10, 16, bidirectional=True, batch=6, seq=9).to_dict()
repr(rnnshape.predict("GRU", 10, 16, lengths=[9, 7, 3]))
repr(rnnshape.predict_windows(100, window=20))
repr(rnnshape.explain("RNS203"))
note("predict")
rnnshape.Report(), rnnshape.Finding, rnnshape.Event, rnnshape.RNNSpec, rnnshape.ContractError
import rnnshape.contracts.contract, rnnshape.contracts.hints
note("floor 1")
from click.testing import CliRunner
from rnnshape.cli import main
for line in (["--help"], ["--version"], ["run", "--help"], ["rules"], ["rules", "--json"], ["explain", "RNS103"],
             ["explain", "nonsense"], ["predict", "gru", "--input-size", "4", "--hidden-size", "8"], ["run", "no file"]):
    CliRunner().invoke(main, line)
    note("cli " + " ".join(line))
import rnnshape.render.terminal, rnnshape.render.jsonl
note("render")
rnnshape.watch
note("watch")
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def loaded() -> dict[str, list[str]]:
    """Which heavy packages are loaded after each step."""
    done = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:rnnshape", "-c", STEPS % (HEAVY,)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_nothing_heavy_is_imported_before_it_is_used(loaded: dict[str, list[str]]) -> None:
    assert loaded["import"] == loaded["predict"] == loaded["floor 1"] == []


def test_the_command_line_imports_torch_for_run_alone(loaded: dict[str, list[str]]) -> None:
    steps = [step for step in loaded if step.startswith("cli ")]
    assert len(steps) == 9
    assert all(loaded[step] == ["click"] for step in steps)


def test_the_help_imports_no_command() -> None:
    invoked = "from rnnshape.cli import main; main(['--help'], standalone_mode=False)"
    code = f"{invoked}; import sys; print([name for name in sys.modules if name.startswith('rnnshape.cli.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines()[-1] == "['rnnshape.cli.interrupt']"


def test_the_renderers_do_not_import_torch(loaded: dict[str, list[str]]) -> None:
    assert "torch" not in loaded["render"]
    assert "rich" in loaded["render"]


def test_the_look_at_what_is_loaded_can_fail(loaded: dict[str, list[str]]) -> None:
    assert "torch" in loaded["watch"]


def test_the_import_gives_no_warning() -> None:
    code = "import rnnshape, rnnshape.cli; rnnshape.predict('GRU', 4, 8)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


# Public names


def test_every_exported_name_resolves_to_its_home() -> None:
    assert len(rnnshape.__all__) == len(set(rnnshape.__all__))
    for home, names in rnnshape._EXPORTS.items():
        module = import_module(home)
        for name in names:
            assert getattr(rnnshape, name) is getattr(module, name)
            assert name in module.__all__, f"{home} does not list {name}"


def test_all_is_the_table_of_exports() -> None:
    table = [name for names in rnnshape._EXPORTS.values() for name in names]
    assert len(table) == len(set(table))
    assert set(rnnshape.__all__) == set(table)
    assert all(list(names) == sorted(names) for names in rnnshape._EXPORTS.values())


def test_type_checkers_see_the_same_names() -> None:
    [block] = [node for node in tree(ROOT / "__init__.py").body if for_types_only(node)]
    assert isinstance(block, ast.If)
    seen: dict[str, list[str]] = {}
    for node in block.body:
        assert isinstance(node, ast.ImportFrom)
        seen[str(node.module)] = [alias.name for alias in node.names if alias.asname in (None, alias.name)]
    assert seen.pop("rnnshape") == list(rnnshape._SUBMODULES)
    assert seen == {home: list(names) for home, names in rnnshape._EXPORTS.items()}


def test_dir_shows_every_name_and_what_a_module_has() -> None:
    assert {*rnnshape.__all__, "__version__", "__all__", "__doc__"} <= set(dir(rnnshape))
    assert dir(rnnshape) == sorted(set(dir(rnnshape)))


def test_star_import_gives_the_public_names() -> None:
    names: dict[str, object] = {}
    exec("from rnnshape import *", names)
    assert set(names) - {"__builtins__"} == set(rnnshape.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError) as caught:
        rnnshape.Layuot  # noqa: B018
    assert str(caught.value) == "module 'rnnshape' has no attribute 'Layuot'"
    with pytest.raises(ImportError) as failed:
        exec("from rnnshape import Layuot")
    assert str(failed.value).startswith("cannot import name 'Layuot' from 'rnnshape'")


def public(source: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    found = [node for node in source.body if isinstance(node, kinds) and not node.name.startswith("_")]
    return [node for node in found if not any(isinstance(d, ast.Name) and d.id == "overload" for d in node.decorator_list)]


@cache
def used_by(other: str) -> frozenset[str]:
    """Return every dotted name that a module imports from the package, or reads off a module of it."""
    source = tree(modules()[other])
    bound = {full.rpartition(".")[2]: full for full in imported(source, package_of(other)) if full.startswith("rnnshape.")}
    read = [(n.value, n.attr) for n in ast.walk(source) if isinstance(n, ast.Attribute)]
    of_modules = {f"{bound[value.id]}.{name}" for value, name in read if isinstance(value, ast.Name) and value.id in bound}
    return frozenset({*bound.values(), *of_modules})


def forgotten(name: str, source: ast.Module, listed: list[str]) -> list[str]:
    """Name the public functions and classes of a module that neither ``__all__``, a decorator nor another module knows."""
    unlisted = [node for node in public(source) if node.name not in listed and not node.decorator_list]
    others = [other for other in modules() if other != name]
    return [node.name for node in unlisted if not any(f"rnnshape.{name}.{node.name}" in used_by(other) for other in others)]


TRAINERS = tuple(f"integrations.{name}" for name in ("ignite", "lightning", "skorch", "transformers"))
"""What imports other people's trainers, which may not be there; tests/integrations/ runs them in processes of their own."""

IMPORTABLE = [name for name in modules() if name not in ("__init__", "__main__", *TRAINERS)]


@pytest.mark.parametrize("name", IMPORTABLE)
def test_the_names_of_a_module(name: str) -> None:
    module = import_module(f"rnnshape.{name.removesuffix('.__init__')}")
    listed = getattr(module, "__all__", [])
    assert [n for n in listed if not hasattr(module, n)] == []
    assert len(listed) == len(set(listed))
    assert forgotten(name, tree(modules()[name]), listed) == []


def test_a_name_that_nobody_knows_is_noticed() -> None:
    text = "def a(): 1\nclass B: 1\n@operation()\ndef c(): 1\ndef user_location(): 1\ndef _d(): 1"
    assert forgotten("_torch", ast.parse(text), ["B"]) == ["a"], "doors reads _torch.user_location"


def without_docstring(source: ast.Module, of: str) -> list[str]:
    """Name every public function, class and method that has none; a method that only overrides one of a base may do without."""
    found: list[tuple[str, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]] = [(of, source)]
    for node in public(source):
        found.append((f"{of}.{node.name}", node))
        if isinstance(node, ast.ClassDef) and not node.bases:
            found += [(f"{of}.{node.name}.{inner.name}", inner) for inner in public(ast.Module(node.body, []))]
    return [name for name, node in found if not ast.get_docstring(node)]


@pytest.mark.parametrize("name", modules())
def test_everything_public_has_a_docstring(name: str) -> None:
    assert without_docstring(tree(modules()[name]), name) == []


def test_a_missing_docstring_is_noticed() -> None:
    source = ast.parse("def f(): pass\nclass A:\n  'a'\n  def g(self): pass\n  def _h(self): pass\ndef _i(): pass")
    assert without_docstring(source, "m") == ["m", "m.f", "m.A.g"]


# The tests mirror the package

TESTS = Path(__file__).parent

ROOMS = sorted({p.name for p in ROOT.iterdir()} & {p.name for p in TESTS.iterdir()} - {"pytest_plugin", "__pycache__"})
"""Rooms of the package that have a folder of tests. The plugin's tests go by what a user does with it."""

OF_SEVERAL = {"modelfile": ("test_modelfile",), "dryrun": ("test_dryrun",)}
"""Rooms of which a test goes through all modules; they begin with these words."""


def of_no_module(room: str, files: list[str], names: list[str]) -> list[str]:
    """Return the test files of a room that begin with the name of none of its modules."""
    begin = tuple(f"test_{name}" for name in (*names, room.removesuffix("s"))) + OF_SEVERAL.get(room, ())
    return [file for file in files if not file.startswith(begin)]


@pytest.mark.parametrize("room", ROOMS)
def test_a_test_file_has_the_name_of_a_module_of_its_room(room: str) -> None:
    files = sorted(p.stem for p in (TESTS / room).glob("test_*.py"))
    names = [p.stem for p in (ROOT / room).rglob("*") if p.stem not in ("__init__", "__pycache__")]
    assert files
    assert of_no_module(room, files, names) == []


def test_a_test_file_of_no_module_is_noticed() -> None:
    assert of_no_module("layout", ["test_layout_errors", "test_shapes"], ["layout", "sizes"]) == ["test_shapes"]
