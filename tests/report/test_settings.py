import pytest

from rnnshape.errors import SpecError
from rnnshape.report.settings import ignored_codes, switch


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
