"""The tool that changes the rules and asks the tests: what it changes, and that it sees what a test notices."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import mutation
import pytest
from mutants import Mutant, mutants, next_codes, signatures_of
from mutation import failing, found_mutants, remarks, table
from trials import Result, Trace

RULE = '''"""A rule, and "RNS203" in its docstring."""

from typing import NamedTuple


class Mistake(NamedTuple):
    """Two words."""

    code: str
    message: str
    suggestion: str | None = None


def judge(dim: int, batch: "int | None") -> Mistake | None:
    """Judge a dim."""
    if dim == batch:
        return Mistake("RNS203", f"samples lie along dim {dim}", "transpose(0, 1) fits")
    return None
'''


def listed(source: str, file: str = "rules/batch.py") -> list[str]:
    codes = next_codes(["RNS201", "RNS203", "RNS204", "RNS301", "RNS302"])
    return [str(m) for m in mutants(source, file, signatures_of({file: source}), codes)]


# What is changed


def test_codes_messages_suggestions_and_comparisons_are_changed_and_no_documentation_or_types() -> None:
    assert listed(RULE) == [
        "rules/batch.py:16 in judge: comparison dim == batch -> dim != batch",
        "rules/batch.py:17 in judge: code RNS203 -> RNS204",
        "rules/batch.py:17 in judge: message f'samples lie along dim {dim}' -> 'x'",
        "rules/batch.py:17 in judge: suggestion 'transpose(0, 1) fits' -> None",
    ]


@pytest.mark.parametrize(
    ("comparison", "turned"),
    [
        ("a == b", ["a != b"]), ("a != b", ["a == b"]), ("a < b", ["a >= b"]), ("a >= b", ["a < b"]), ("a > b", ["a <= b"]),
        ("a <= b", ["a > b"]), ("a is b", ["a is not b"]), ("a is not b", ["a is b"]), ("a in b", ["a not in b"]),
        ("a not in b", ["a in b"]), ("a < b < c", ["a >= b < c", "a < b >= c"]), ("not a == b", ["not a != b"]),
    ],
)  # fmt: skip
def test_every_comparison_is_inverted_one_at_a_time(comparison: str, turned: list[str]) -> None:
    source = f"x = {comparison}\n"
    found = mutants(source, "f.py", {}, {})
    assert sorted(m.applied(source) for m in found) == sorted(f"x = {t}\n" for t in turned)
    assert {m.kind for m in found} == {"comparison"}


def test_a_code_is_exchanged_for_the_next_one_of_its_family_and_the_last_for_the_first() -> None:
    assert next_codes(["RNS204", "RNS203", "RNS201", "RNS301", "RNS302", "RNS401"]) == {
        "RNS201": "RNS203", "RNS203": "RNS204", "RNS204": "RNS201", "RNS301": "RNS302", "RNS302": "RNS301",
    }  # fmt: skip


def test_a_family_of_one_is_exchanged_for_the_next_number() -> None:
    assert listed('BROKEN = "RNS401"\n', "f.py") == ["f.py:1 in module: code RNS401 -> RNS402"]


CALLS = """
def tell(code, message, site=None, suggestion=None): ...

def judge(seen, fits):
    message = f"row {seen}"
    message += "; " + "the directions were forgotten" if fits else ""
    tell("RNS203", message, seen, fits)
    tell("RNS203", seen.words, None, None)
    tell("RNS203", "mixed", suggestion="a b" if fits else None)
"""


def test_what_is_given_as_a_message_or_a_suggestion_is_known_by_the_names_of_the_parameters() -> None:
    assert [line.split(" in judge: ")[1] for line in listed(CALLS) if "code" not in line] == [
        "message f'row {seen}' -> 'x'",
        "message 'the directions were forgotten' -> 'x'",
        "suggestion fits -> None",
        "message seen.words -> 'x'",
        "message 'mixed' -> 'x'",
        "suggestion 'a b' if fits else None -> None",
    ]


def test_a_function_that_suggests_is_made_to_suggest_nothing() -> None:
    source = "def suggest(fits):\n    if fits:\n        return fits[0]\n    return None\n"
    assert listed(source, "f.py") == ["f.py:3 in suggest: suggestion fits[0] -> None"]


def test_what_stands_inside_an_f_string_is_changed_in_its_place() -> None:
    source = "def f(a):\n    é = (f\"ü {a}\"\n         f\" is {'one' if a == 1 else 'many'} of them\")\n"
    comparison, words = sorted(mutants(source, "f.py", {}, {}), key=lambda m: m.kind)
    assert (comparison.kind, words.kind) == ("comparison", "message")
    for mutant, expected in ((comparison, "ü 1 is many of them"), (words, "x")):
        names: dict[str, object] = {}
        exec(mutant.applied(source).replace("é =", "return"), names)
        assert names["f"](1) == expected  # type: ignore[operator]


def test_two_changes_of_a_function_that_read_the_same_have_two_names_and_no_line_is_in_a_name() -> None:
    source = "def f(a):\n    return a == 1 or (a and a == 1)\n"
    found = mutants(source, "f.py", {}, {})
    assert [m.name for m in found] == [
        "f.py in f: comparison a == 1 -> a != 1",
        "f.py in f: comparison a == 1 -> a != 1 #2",
    ]
    assert [m.name for m in mutants("\n\n" + source, "f.py", {}, {})] == [m.name for m in found]


def test_every_mutant_of_the_rules_and_contracts_is_a_program_and_another_one() -> None:
    found = found_mutants(mutation.ROOT, "rnnshape", mutation.FILES, mutation.KINDS)
    assert {m.kind for m in found} == set(mutation.KINDS)
    assert len({m.name for m in found}) == len(found)
    for at, mutant in enumerate(found):
        source = (mutation.ROOT / "rnnshape" / mutant.file).read_text(encoding="utf-8")
        changed = mutant.applied(source)
        assert changed != source
        compile(f"({mutant.put})", mutant.file, "eval")
        if at % 25 == 0:
            compile(changed, mutant.file, "exec")


# Which tests are asked

SPREAD = """
LIMIT = 1 == 2

def f(a):
    if (
        a
        == 1
    ):
        return (
            a > 2
        )
    return 3
"""


def reaching(lines: set[int], file: str = "f.py") -> list[str]:
    test = Trace("tests/test_f.py::test_f", 0.1, {file: frozenset(lines)})
    return [m.before for m in mutants(SPREAD, "f.py", {}, {}) if test.reaches(m)]


def test_a_test_is_asked_about_the_statements_that_it_reaches_and_about_what_runs_at_import() -> None:
    assert reaching({6}) == ["1 == 2", "a == 1"]
    assert reaching({10}) == ["1 == 2", "a > 2"]
    assert reaching({12}) == ["1 == 2"]
    assert reaching({6}, "g.py") == []


# What it says


def mutant(kind: str, line: int = 1) -> Mutant:
    return Mutant("f.py", line, "f", kind, f"a{line}", "b", (0, 1), "b", frozenset([line]))


def test_the_table_counts_by_kind() -> None:
    results = [Result(mutant("code"), "killed"), Result(mutant("code", 2), "survived")]
    results.append(Result(mutant("comparison"), "timed out"))
    assert [line.split() for line in table(results)] == [
        ["kind", "mutants", "killed", "survived", "timed", "out", "not", "reached"],
        ["code", "2", "1", "1", "0", "0"],
        ["comparison", "1", "0", "0", "1", "0"],
        ["all", "3", "1", "1", "1", "0"],
    ]


def test_survivors_are_named_and_equivalent_ones_are_not_dropped(monkeypatch: pytest.MonkeyPatch) -> None:
    same, wrong = mutant("code", 3), mutant("code", 4)
    monkeypatch.setattr(mutation, "EQUIVALENT", {same.name: "both are tried", wrong.name: "a reason", "gone": "another"})
    results = [Result(mutant("code"), "survived", "", 7), Result(same, "survived", "", 2), Result(wrong, "killed", "t"),
               Result(mutant("message", 5), "not reached")]  # fmt: skip
    assert remarks(results, complete=True) == [
        "", "survived:", "  f.py:1 in f: code a1 -> b   (7 tests)",
        "", "not reached by any test, so it survived:", "  f.py:5 in f: message a5 -> b",
        "", "equivalent:",
        "  f.py:3 in f: code a3 -> b   survived\n    both are tried",
        "  f.py:4 in f: code a4 -> b   killed\n    a reason",
        "", "wrongly listed as equivalent:", "  f.py in f: code a4 -> b: a test kills it", "  gone: there is no such mutant",
    ]  # fmt: skip
    assert "  gone: there is no such mutant" not in remarks(results, complete=False)


def test_more_than_one_in_twenty_codes_and_messages_that_survive_fail() -> None:
    killed = [Result(mutant("code", n), "killed") for n in range(19)]
    assert not failing([*killed, Result(mutant("message"), "survived")])
    assert failing([*killed, Result(mutant("message"), "survived"), Result(mutant("code"), "not reached")])
    assert not failing([*killed, *(Result(mutant("comparison", n), "survived") for n in range(9))])


# A whole run, on a package of one rule

HELD = """
from fake.rules.batch import judge

def test_the_mistake_is_told():
    assert judge(0, 0) == ("RNS203", "samples lie along dim 0", "transpose(0, 1) fits")

def test_nothing_else_is():
    assert judge(0, 1) is None

def test_that_fails_in_any_case():
    assert judge(0, 1) == 1
"""

LOOSE = """
from fake.rules.batch import judge

def test_something_is_told():
    assert judge(0, 0)
"""


SHARED = """
import pytest
from fake.rules.batch import judge

@pytest.fixture(scope="module")
def mistake():
    return judge(0, 0)

def test_something_is_told(mistake):
    assert mistake

def test_the_mistake_is_told(mistake):
    assert mistake == ("RNS203", "samples lie along dim 0", "transpose(0, 1) fits")
"""

WAITING = """
import os
from pathlib import Path
from fake.rules.batch import judge

def test_it_waits_for_the_mistake():
    if not judge(0, 0):
        Path(os.environ["PLACE"]).write_text(f"{os.getpid()}.")
        while True:
            pass
"""


def command(project: Path, tests: str, *options: str) -> list[str]:
    for folder in ("fake/rules", "tests", ".tmp"):
        (project / folder).mkdir(parents=True)
    (project / "fake/rules/batch.py").write_text(RULE)
    (project / "tests/test_batch.py").write_text(tests)
    own = [f"--root={project}", "--package=fake", "--preload=", "--jobs=1", *options]
    return [sys.executable, mutation.__file__, *own]


def surroundings(project: Path) -> dict[str, str]:
    return {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PLACE": str(project / "pid"), "TMPDIR": str(project / ".tmp")}


def tried(project: Path, tests: str, *options: str) -> subprocess.CompletedProcess[str]:
    arguments = command(project, tests, *options)
    return subprocess.run(arguments, capture_output=True, text=True, check=False, env=surroundings(project))


def test_a_blanked_message_is_killed_by_a_test_that_compares_it(tmp_path: Path) -> None:
    ran = tried(tmp_path, HELD)
    assert ran.stdout.splitlines()[-1].split() == ["all", "4", "4", "0", "0", "0"], ran.stdout + ran.stderr
    assert "fails without a mutant, and is left out: tests/test_batch.py::test_that_fails_in_any_case" in ran.stderr
    assert ran.returncode == 0
    assert (tmp_path / "fake/rules/batch.py").read_text() == RULE


def test_a_test_file_that_cannot_be_run_is_named_and_without_any_test_nothing_is_tried(tmp_path: Path) -> None:
    ran = tried(tmp_path, "import fake.rules.losses")
    *_, named, error = ran.stderr.splitlines()
    why = "ModuleNotFoundError: No module named 'fake.rules.losses'"
    assert named == f"fails without a mutant, and is left out: all of tests/test_batch.py: {why}"
    assert error == "Error: no test passes without a mutant"
    assert ran.returncode == 1


def test_a_blanked_message_survives_a_test_that_does_not(tmp_path: Path) -> None:
    ran = tried(tmp_path, LOOSE)
    assert ran.stdout.splitlines()[-4:] == [
        "survived:",
        "  rules/batch.py:17 in judge: code RNS203 -> RNS204   (1 tests)",
        "  rules/batch.py:17 in judge: message f'samples lie along dim {dim}' -> 'x'   (1 tests)",
        "  rules/batch.py:17 in judge: suggestion 'transpose(0, 1) fits' -> None   (1 tests)",
    ], ran.stdout + ran.stderr
    assert ran.returncode == 1


def test_what_a_fixture_of_the_module_reaches_counts_for_each_test_that_takes_it(tmp_path: Path) -> None:
    ran = tried(tmp_path, SHARED)
    assert ran.stdout.splitlines()[-1].split() == ["all", "4", "4", "0", "0", "0"], ran.stdout + ran.stderr


def test_a_mutant_that_never_ends_is_stopped(tmp_path: Path) -> None:
    ran = tried(tmp_path, WAITING, "--timeout=1", "--kinds=comparisons")
    assert ran.stdout.splitlines()[-2:] == [
        "timed out:",
        "  rules/batch.py:16 in judge: comparison dim == batch -> dim != batch   (1 tests)",
    ]


def test_where_it_is_stopped_it_leaves_no_process_and_no_copy(tmp_path: Path) -> None:
    arguments, place = command(tmp_path, WAITING, "--kinds=comparisons"), tmp_path / "pid"
    place.touch()
    with subprocess.Popen(arguments, stderr=subprocess.PIPE, text=True, env=surroundings(tmp_path)) as running:
        while running.poll() is None and not place.read_text().endswith("."):
            os.sched_yield()
        running.terminate()
    assert running.returncode == 143
    assert list((tmp_path / ".tmp").iterdir()) == []
    with pytest.raises(ProcessLookupError):
        os.kill(int(place.read_text().rstrip(".")), 0)


def test_nothing_is_run_to_list_the_mutants(tmp_path: Path) -> None:
    ran = tried(tmp_path, HELD, "--list", "--kinds=codes,suggestions")
    assert ran.stdout.splitlines() == [
        "rules/batch.py:17 in judge: code RNS203 -> RNS204",
        "rules/batch.py:17 in judge: suggestion 'transpose(0, 1) fits' -> None",
    ]
    assert not (tmp_path / ".pytest_cache").exists()


def test_mutants_are_chosen_by_a_text_in_them(tmp_path: Path) -> None:
    ran = tried(tmp_path, HELD, "--list", "--match=in judge: code", "--match=batch.py:16")
    assert [line.split()[3] for line in ran.stdout.splitlines()] == ["comparison", "code"]


def test_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    assert "spelling is none of codes, messages, suggestions, comparisons" in tried(tmp_path, HELD, "--kinds=spelling").stderr
