"""The fast part of the suite in an environment of its own, with the versions that are asked for.

    python tests/versions.py here                          # in this environment
    python tests/versions.py oldest torch==2.13.0          # the oldest of all that pyproject.toml declares, but for torch
    python tests/versions.py numpy==1.26.* click==8.1.0    # these, and of the others what pip chooses

An environment is made in a temporary folder, with the Python that runs this, or that ``--python`` names. The last line says
what was run and whether it passed, as the README's table has it.
"""

from __future__ import annotations

import argparse
import datetime
import json
import platform
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).parents[1]

FAST = [
    "tests/layout", "tests/calculator", "tests/contracts", "tests/coordinates", "tests/report", "tests/render", "tests/hooks",
    "tests/states", "tests/nn", "tests/rules", "tests/tracking", "tests/api", "tests/pytest_plugin", "tests/cli",
    "tests/dryrun", "tests/modelfile", "tests/idioms", "tests/test_cases.py", "tests/test_torch.py", "tests/test_session.py",
    "rnnshape",
]  # fmt: skip
"""What needs a version's own behaviour; the oracles, mutations and speed need it no second time."""

WARN = ("-W", "default", "-W", "error::rnnshape.errors.RNNShapeWarning")
"""What older versions of others warn of is not what is tested."""

NAMED = ("torch", "numpy", "jaxtyping", "beartype", "click", "rich", "pytest", "hypothesis", "einops")


def declared(pyproject: Path = ROOT / "pyproject.toml") -> dict[str, str]:
    """Return the oldest version of everything that is needed to run the tests, by name."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    more = project["optional-dependencies"]
    return oldest([*project["dependencies"], *more["test"], *more["examples"]])


def oldest(requirements: Iterable[str]) -> dict[str, str]:
    """Return the lower bound of each requirement that has one.

    >>> oldest(["torch>=2.7,<3", "rich>=13", "rnnshape[examples]"])
    {'torch': '2.7', 'rich': '13'}
    """
    found = (re.match(r"([\w-]+)>=([\d.]+)", line) for line in requirements)
    return {match[1]: match[2] for match in found if match}


def wanted(words: Iterable[str]) -> list[str]:
    """Return what pip is asked for: "oldest" stands for all lower bounds, and what comes after it wins.

    >>> wanted(["numpy==1.26.*"])
    ['numpy==1.26.*']
    >>> [line for line in wanted(["oldest", "torch==2.13.0"]) if line.startswith(("torch", "rich"))]
    ['torch==2.13.0', 'rich==13.0.0']
    """
    chosen: dict[str, str] = {}
    for word in words:
        if word == "oldest":
            chosen |= {name: f"{name}=={low}{'.0' * (2 - low.count('.'))}" for name, low in declared().items()}
        else:
            chosen[re.split(r"[=<>~!]", word)[0]] = word
    return list(chosen.values())


def environment(folder: Path, python: str, packages: list[str], without_torch: bool) -> Path:
    """Make an environment, and return its Python."""
    subprocess.run([python, "-m", "venv", str(folder)], check=True)
    made = folder / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    pip = [str(made), "-m", "pip", "install", "-q"]
    if without_torch:
        needed = [line for line in packages if not line.startswith("torch")]
        others = {"click", "rich", "pytest", "hypothesis", "numpy"} - {re.split(r"[=<>~!]", line)[0] for line in needed}
        subprocess.run([*pip, *needed, *sorted(others)], check=True)
        subprocess.run([*pip, "--no-deps", "-e", str(ROOT)], check=True)
    else:
        # torch first, and alone: together with others a resolver may look at many gigabytes of it.
        subprocess.run([*pip, *[line for line in packages if line.startswith("torch")]], check=True)
        subprocess.run([*pip, *packages, "-e", f"{ROOT}[test]"], check=True)
    return made


def without_torch() -> list[str]:
    """Return what runs where there is no torch: the tests that never import it, and the examples in what is below it."""
    files = [path for room in ("layout", "calculator") for path in sorted((ROOT / "tests" / room).glob("test_*.py"))]
    plain = [
        path
        for path in files
        if not re.search(r"^ *(import|from) (torch|contract|published|trials)", path.read_text("utf-8"), re.M)
    ]
    return [*(path.relative_to(ROOT).as_posix() for path in plain), "rnnshape/layout", "rnnshape/calculator"]


def versions(python: str) -> dict[str, str]:
    """Return what is installed beside a Python, of what matters."""
    ask = "import json, importlib.metadata as m; print(json.dumps({d.metadata['Name']: d.version for d in m.distributions()}))"
    found = json.loads(subprocess.run([python, "-c", ask], check=True, capture_output=True, text=True).stdout)
    return {name: found[name] for name in NAMED if name in found}


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", default=["here"], help='"here", "oldest", or requirements such as numpy==1.26.*')
    parser.add_argument("--python", default=sys.executable, help="the Python that the environment is made with")
    parser.add_argument("--without-torch", action="store_true", help="only what needs no torch")
    parser.add_argument("--tests", nargs="*", help="other tests than the fast part")
    options = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as folder:
        if options.packages == ["here"]:
            python = options.python
        else:
            python = str(environment(Path(folder) / "venv", options.python, wanted(options.packages), options.without_torch))
        tests = options.tests or (without_torch() if options.without_torch else FAST)
        command = [
            python,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-W",
            "default",
            "-W",
            "error::rnnshape.errors.RNNShapeWarning",
            *tests,
        ]
        done = subprocess.run(command, cwd=ROOT, check=False)
        names = ", ".join(f"{name} {version}" for name, version in versions(python).items())
        asked = subprocess.run(
            [python, "-c", "import platform; print(platform.python_version())"], capture_output=True, text=True
        )
        result = "passed" if done.returncode == 0 else f"FAILED with {done.returncode}"
        print(f"{datetime.date.today()}: Python {asked.stdout.strip()}, {names}, {platform.system()}: {result}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
