import os

import pytest

from rnnshape.errors import SpecError
from rnnshape.report.location import Location
from rnnshape.report.settings import ignored_codes, is_silenced, switch


def write(folder, text):
    file = folder / "pyproject.toml"
    file.write_text(text)
    return file


def test_codes_come_from_the_nearest_file_upwards(tmp_path) -> None:
    write(tmp_path, '[tool.rnnshape]\nignore = ["rns112"]\n')
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    assert ignored_codes(inner) == ("RNS112",)
    write(inner, "[project]\nname = 'x'\n")
    assert ignored_codes(inner) == ()


def test_a_file_that_cannot_be_read_is_left_to_its_own_tools(tmp_path) -> None:
    write(tmp_path, "[tool.rnnshape\n")
    assert ignored_codes(tmp_path) == ()


def test_mistakes_name_the_file(tmp_path) -> None:
    file = write(tmp_path, '[tool.rnnshape]\nignored = ["RNS112"]\n')
    with pytest.raises(SpecError) as raised:
        ignored_codes(tmp_path)
    assert str(raised.value) == f"{file}: [tool.rnnshape] has no setting 'ignored'; did you mean 'ignore'?"
    file = write(tmp_path, '[tool.rnnshape]\nignore = ["RNS999"]\n')
    with pytest.raises(SpecError) as raised:
        ignored_codes(tmp_path)
    assert str(raised.value).startswith(f"{file}: [tool.rnnshape] ignore=['RNS999']: there is no rule 'RNS999'")


# Files


@pytest.mark.parametrize(
    ("file", "silent"),
    [
        ("legacy/a.py", True),
        ("legacy/b/c.py", True),
        ("a.py", False),
        ("other/legacy/a.py", False),
        ("conftest.py", True),
        ("tests/conftest.py", True),
        ("tests/my_conftest.py", False),
        ("../legacy/a.py", False),
    ],
)
def test_codes_of_some_files(file, silent, tmp_path, monkeypatch) -> None:
    write(tmp_path, '[tool.rnnshape.per-file-ignores]\n"legacy/*.py" = ["rns203"]\n"conftest.py" = ["RNS203", "RNS112"]\n')
    monkeypatch.chdir(tmp_path)
    assert is_silenced("RNS203", Location(str(tmp_path / file), 3)) is silent
    assert is_silenced("RNS203", Location(file, 3)) is silent
    assert not is_silenced("RNS301", Location(str(tmp_path / file), 3))


def test_a_line_silences_without_any_file(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert is_silenced("RNS203", Location("a.py", 3, code="x.view(6, -1)  # rnnshape: ignore[RNS203]"))
    assert not is_silenced("RNS203", Location("a.py", 3, code="x.view(6, -1)"))
    assert not is_silenced("RNS203", None)


def test_a_change_of_the_file_is_seen(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    line = Location("a.py", 3)
    write(tmp_path, '[tool.rnnshape.per-file-ignores]\n"a.py" = ["RNS203"]\n')
    assert is_silenced("RNS203", line)
    file = write(tmp_path, "[tool.rnnshape]\n")
    os.utime(file, ns=(1, 1))
    assert not is_silenced("RNS203", line)


def test_settings_that_cannot_be_read_silence_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, "[tool.rnnshape]\nnothing = 1\n")
    assert not is_silenced("RNS203", Location("a.py", 3))


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ('per-file-ignores = ["RNS203"]',
         "per-file-ignores=['RNS203']: a table is needed, as in {\"legacy/*.py\" = [\"RNS203\"]}"),
        ('per-file-ignores = {"a.py" = ["RNS999"]}', "per-file-ignores 'a.py': ignore=['RNS999']: there is no rule 'RNS999'"),
        ('per-file-ignores = {"a.py" = "RNS203"}',
         "per-file-ignores 'a.py': ignore='RNS203': a list of codes is needed, as in ignore=['RNS203']"),
        ("per-file-ignore = {}", "has no setting 'per-file-ignore'; did you mean 'per-file-ignores'?"),
    ],
)  # fmt: skip
def test_mistakes_in_the_files(setting, message, tmp_path) -> None:
    file = write(tmp_path, f"[tool.rnnshape]\n{setting}\n")
    with pytest.raises(SpecError) as raised:
        ignored_codes(tmp_path)
    assert str(raised.value).startswith(f"{file}: [tool.rnnshape] {message}")


# The environment


@pytest.mark.parametrize(
    ("value", "expected"),
    [("", None), ("  ", None), ("off", "off"), ("OFF", "off"), ("log", "log"), (" Warn ", "warn"), ("raise", "raise")],
)
def test_the_switch_in_the_environment(value, expected, monkeypatch) -> None:
    monkeypatch.setenv("RNNSHAPE", value)
    assert switch() == expected


def test_no_switch(monkeypatch) -> None:
    monkeypatch.delenv("RNNSHAPE", raising=False)
    assert switch() is None


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("of", "RNNSHAPE='of' in the environment: use one of 'off', 'log', 'warn', 'raise'; did you mean 'off'?"),
        ("0", "RNNSHAPE='0' in the environment: use one of 'off', 'log', 'warn', 'raise'"),
        ("record", "RNNSHAPE='record' in the environment: use one of 'off', 'log', 'warn', 'raise'"),
    ],
)
def test_another_word_in_the_environment_is_an_error(value, message, monkeypatch) -> None:
    monkeypatch.setenv("RNNSHAPE", value)
    with pytest.raises(SpecError) as raised:
        switch()
    assert str(raised.value) == message
