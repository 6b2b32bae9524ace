"""The examples run, and say what they promise: shapes, errors and losses are read back from what they print."""

from __future__ import annotations

import ast
import json
import re
import runpy
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import forked
import pytest
import torch

from rnnshape import Layout

ROOT = Path(__file__).parents[1]
SINE, WINDOWS = "examples/sine_wave.py", "examples/windowed_series.py"
# what rnnshape says of the bug that --break plants in each
BROKEN = {
    "packed_tagger": "RNS402",
    "seq2seq_attention": "RNS206",
    "char_language_model": "RNS501",
    "crnn_ctc": "RNS209",
    "lightning_forecast": "RNS504",
    "recurrent_policy": "RNS112",
}
# the numbers that each prints at its end, before and after, and whether they are those of a model that has learned
LEARNED: dict[str, Callable[..., bool]] = {
    "packed_tagger": lambda after: after > 0.95,
    "seq2seq_attention": lambda before, after: before < 0.2 and after > 0.9,
    "char_language_model": lambda before, after, by_frequency: before > by_frequency > 3 and after < 1,
    "crnn_ctc": lambda before, after: before < 0.1 and after > 0.8,
    "lightning_forecast": lambda error, of_the_mean: error < of_the_mean / 10,
    "recurrent_policy": lambda before, after: before < 0.7 and after > 0.95,
}


@cache
def printed(script: str, *arguments: str) -> str:
    """Run a script as a user does, warnings being errors, and return what it printed."""
    done = forked.run("-W", "error", script, *arguments, folder=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def in_process(script: str) -> dict:
    """Load a script without a second start of torch."""
    return runpy.run_path(str(ROOT / script), run_name="example")


def losses(text: str) -> tuple[float, float]:
    """Read the model's loss and the trivial one off sine_wave's last line."""
    found = re.fullmatch(r"next 20 windows: loss (\S+), repeating the last point (\S+) \(.*\)", text.splitlines()[-1])
    assert found
    return float(found[1]), float(found[2])


@pytest.mark.parametrize("arguments", [(), ("--batch", "3", "--steps", "120")])
def test_the_sine_wave_is_learned(arguments: tuple[str, ...]) -> None:
    text = printed(SINE, *arguments)
    of_model, of_repeating = losses(text)
    # sin(a + d) - sin(a) is 2 sin(d / 2) cos(a + d / 2), whose mean square over a period is 2 sin(d / 2) ** 2
    assert of_repeating == pytest.approx(0.01993, rel=0.02)
    assert of_model < of_repeating / 10
    said = re.search(r"\(learned: (\S+) times smaller\)$", text.splitlines()[-1])
    assert said
    assert float(said[1]) == pytest.approx(of_repeating / of_model, rel=0.01)
    progress = [float(x) for x in re.findall(r"^  step +\d+   loss (\S+)$", text, re.MULTILINE)]
    assert len(progress) == 6
    assert progress[-1] < progress[0] / 100


def test_one_curve_is_flattened_without_trouble() -> None:
    lines = printed(SINE).splitlines()
    assert "  output       (1, 20, 16)   batch, seq, hidden: the state at every step" in lines
    assert "  flat output  (20, 16)      batch*seq, hidden" in lines
    assert not any("Error" in line for line in lines)


def test_view_raises_for_several_curves_and_is_mended() -> None:
    lines = printed(SINE, "--batch", "3", "--steps", "120").splitlines()
    assert "  h_n          (1, 3, 16)    layers, batch, hidden: the last state, not batch-first" in lines
    assert "  prediction   (60, 1)       batch*seq, 1" in lines
    at = lines.index("output.view(-1, 16) of 3 samples:")
    assert lines[at + 1].startswith("  RuntimeError: view size is not compatible with input tensor's size and stride")
    assert "(16, 48, 1)" in lines[at + 2]
    assert "  the two mends agree: True" in lines


def test_the_sine_wave_admits_that_it_has_not_learned_yet(capsys: pytest.CaptureFixture[str]) -> None:
    in_process(SINE)["main"](["--steps", "1", "--batch", "2", "--seq", "1"])
    text = capsys.readouterr().out
    of_model, of_repeating = losses(text)
    assert of_model > of_repeating
    assert text.endswith("(not learned yet: try more --steps)\n")
    assert "  no error: with a single step the rows already lie in order; a longer --seq raises\n" in text


def test_the_seed_decides_every_number(capsys: pytest.CaptureFixture[str]) -> None:
    main = in_process(SINE)["main"]
    outputs = []
    for seed in ("0", "0", "1"):
        main(["--steps", "5", "--batch", "2", "--seed", seed])
        outputs.append(capsys.readouterr().out)
    assert outputs[0] == outputs[1]
    assert losses(outputs[0]) != losses(outputs[2])


def test_the_state_is_carried_but_not_its_graph() -> None:
    example = in_process(SINE)
    torch.manual_seed(0)
    model = example["NextPoint"](4)
    starts, train = [], example["train"]
    model.rnn.register_forward_pre_hook(lambda _, args: starts.append(args[1]))
    last = train(model, example["parse"](["--steps", "3", "--batch", "2"]))
    assert starts[0] is None
    assert [s.shape for s in starts[1:]] == [(1, 2, 4)] * 2
    assert not any(s.requires_grad for s in (*starts[1:], last))
    assert all(s.abs().sum() > 0 for s in starts[1:])


def test_flattened_rows_go_sample_by_sample() -> None:
    rows = in_process(SINE)["flattened"](torch.arange(6).reshape(3, 2, 1).expand(3, 2, 4))
    assert rows.shape == (6, 4)
    assert rows[:, 0].tolist() == [0, 1, 2, 3, 4, 5]


def test_a_window_continues_the_window_before() -> None:
    window = in_process(SINE)["window"]
    (_, y), (x, _) = window(0, 3, 5), window(1, 3, 5)
    assert y.shape == x.shape == (3, 5, 1)
    assert y[:, -1].tolist() == x[:, 0].tolist()
    assert not y[0, -1].isclose(y[1, -1])


def test_the_sine_wave_does_not_know_rnnshape() -> None:
    tree = ast.parse((ROOT / SINE).read_text(encoding="utf-8"))
    imported = {a.name for node in ast.walk(tree) if isinstance(node, ast.Import) for a in node.names}
    imported |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported == {"argparse", "torch"}


def test_windows_of_every_combination() -> None:
    text = printed(WINDOWS)
    blocks = text.split("\n\n")
    assert len(blocks) == 1 + 8 + 2
    titles = [block.splitlines()[0] for block in blocks[1:9]]
    assert titles == [
        f"{features}, {layout}, {way}"
        for features in ("1 feature", "2 features")
        for way in ("one direction", "both directions")
        for layout in ("batch_first=True", "permute(1, 0, 2) for batch_first=False")
    ]
    assert blocks[0].splitlines()[-1] == "torch:     32 windows, 7 batches, the last one (2, 8, 1)"
    assert blocks[8].splitlines()[1:6] == [
        "  input        (8, 5, 2)     seq=8 batch=5 feature=2",
        "  output       (8, 5, 32)    seq=8 batch=5 (directions=2 hidden=16)",
        "  h_n          (4, 5, 16)    (layers=2 directions=2) batch=5 hidden=16",
        "  last layer   (5, 32)       batch=5 (directions=2 hidden=16)",
        "  target       (5, 2)        batch=5 feature=2",
    ]


def test_both_heads_learn_in_every_combination() -> None:
    rows = re.findall(r"^  head on (\S+) +loss (\S+) -> (\S+)   (.*)$", printed(WINDOWS), re.MULTILINE)
    assert [head for head, *_ in rows] == ["output", "h_n"] * 8
    assert all(float(after) < float(before) / 2 for _, before, after, _ in rows)
    assert {verdict for *_, verdict in rows} == {"learns"}


def test_rows_of_h_n_are_found_in_the_output() -> None:
    lines = printed(WINDOWS).splitlines()
    at = lines.index("rows of h_n (layers=2 directions=2), looked up in the output:")
    assert lines[at + 1 : at + 5] == [
        "  row 0  layer 0 forward  not in the output, which is the last layer alone",
        "  row 1  layer 0 reverse  not in the output, which is the last layer alone",
        "  row 2  layer 1 forward  output[:, -1, :16]",
        "  row 3  layer 1 reverse  output[:, 0, 16:]",
    ]
    assert "answers (4, 5, 1): all layers and directions predict" in lines[at + 7]


def test_the_state_of_a_full_batch_does_not_fit_the_last() -> None:
    lines = printed(WINDOWS).splitlines()
    at = lines.index("the last batch:")
    expected = "  a state kept from the batch before: RuntimeError: Expected hidden size (2, 2, 16), got [2, 5, 16]"
    assert lines[at + 1] == expected
    assert lines[at + 2] == "  32 windows leave 2 for it, whose state is layers=2 batch=2 hidden=16."


def test_the_windows_of_seven_points(capsys: pytest.CaptureFixture[str]) -> None:
    in_process(WINDOWS)["main"](["--length", "7", "--window", "3", "--batch", "2", "--layers", "1", "--epochs", "1"])
    text = capsys.readouterr().out
    assert "torch:     4 windows, 2 batches, the last one (2, 3, 1)\n" in text
    assert "  input        (3, 2, 2)     seq=3 batch=2 feature=2\n" in text
    assert "  row 1  layer 0 reverse  output[:, 0, 16:]\n" in text
    assert text.endswith("  no smaller batch follows a full one here; another --batch leaves a rest\n")


def test_a_wrong_prediction_stops_the_windows() -> None:
    show = in_process(WINDOWS)["show"]
    with pytest.raises(AssertionError, match=r"^h_n is \(2, 5, 16\), predicted \(5, 2, 16\): batch=5 layers=2 hidden=16$"):
        show("h_n", torch.zeros(2, 5, 16), Layout.parse("batch=5 layers=2 hidden=16"))


@pytest.mark.parametrize("script", [SINE, WINDOWS])
def test_help_names_every_option_with_its_default(script: str, capsys: pytest.CaptureFixture[str]) -> None:
    parse = in_process(script)["parse"]
    with pytest.raises(SystemExit) as left:
        parse(["--help"])
    assert left.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for option, default in vars(parse([])).items():
        assert re.search(rf"--{option} {option.upper()} [^-][^(]*\(default: {default}\)", text), option


@pytest.mark.parametrize(
    ("script", "arguments", "message"),
    [
        (SINE, ["--batch", "0"], "argument --batch: 1 or more is needed, got 0"),
        (WINDOWS, ["--length", "4"], "--length 4: a window of 8 and its target need 9 points"),
    ],
)
def test_a_number_that_makes_no_sense(
    script: str, arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        in_process(script)["parse"](arguments)
    assert left.value.code == 2
    assert capsys.readouterr().err.endswith(f"error: {message}\n")


@pytest.mark.parametrize("script", [SINE, WINDOWS])
def test_the_docstring_says_how_to_run_it(script: str) -> None:
    text = ast.get_docstring(ast.parse((ROOT / script).read_text(encoding="utf-8")))
    assert text
    commands = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    assert f"python {script}" in commands
    assert f"rnnshape run {script}" in commands


# one process for both runs of every example, as it is and broken
ALL = """
import sys, rnnshape
folder, *names = sys.argv[1:]
for script in names:
    for way in ([], ["--break"]):
        name = f"{folder}/{script}{len(way)}"
        file = f"examples/{script}.py"
        code = rnnshape.run(file, ["--steps", "5", *way], fail_on="warning", jsonl=f"{name}.jsonl", output=f"{name}.txt")
        with open(f"{name}.code", "w") as file:
            file.write(str(code))
"""


@cache
def watched() -> dict[str, list[tuple[int, str, list[dict]]]]:
    """Run examples for five steps as they are, and broken: of each the exit code, what was said, and findings but for notes."""
    names = sorted(BROKEN, key=lambda name: name == "lightning_forecast")  # which imports much, last
    names = names if find_spec("lightning") else names[:-1]
    with TemporaryDirectory() as folder:
        all_of_them = Path(folder, "all.py")
        all_of_them.write_text(ALL, encoding="utf-8")
        done = forked.run(str(all_of_them), folder, *names, folder=ROOT)
        assert done.returncode == 0, done.stderr
        return {name: [read(Path(folder, name + way)) for way in "01"] for name in names}


def read(file: Path) -> tuple[int, str, list[dict]]:
    code, said, lines = (file.with_name(file.name + end).read_text(encoding="utf-8") for end in (".code", ".txt", ".jsonl"))
    told = [json.loads(line) for line in lines.splitlines()]
    return int(code), said, [line for line in told if line.get("severity") in ("error", "warning")]


def under_watch(name: str) -> list[tuple[int, str, list[dict]]]:
    if name == "lightning_forecast":
        pytest.importorskip("lightning")
    return watched()[name]


def marked(name: str) -> int:
    """Return the number of the line that an example marks as its bug, or as the one that is told in its stead."""
    source = (ROOT / "examples" / f"{name}.py").read_text(encoding="utf-8").splitlines()
    [bug] = [number for number, line in enumerate(source, 1) if "  # the bug: " in line]
    told = [number for number, line in enumerate(source, 1) if "  # with --break this line is told: " in line]
    return told[0] if told else bug


def test_every_example_is_tried() -> None:
    names = {path.stem for path in (ROOT / "examples").glob("*.py")}
    assert names == {*BROKEN, "sine_wave", "windowed_series"}
    assert LEARNED.keys() == BROKEN.keys()


@pytest.mark.parametrize("name", BROKEN)
def test_a_right_example_has_no_finding(name: str) -> None:
    code, said, findings = under_watch(name)[0]
    assert (code, findings) == (0, []), said
    assert "no findings" in said.partition("\n\n")[0]


@pytest.mark.parametrize("name", BROKEN)
def test_the_bug_of_an_example_is_told_at_its_line(name: str) -> None:
    code, said, findings = under_watch(name)[1]
    # the script itself ends well: nothing but rnnshape tells
    assert code == 3, said
    assert {(f["code"], f["location"]["line"]) for f in findings} == {(BROKEN[name], marked(name))}, said
    assert f"    examples/{name}.py:{marked(name)}, in " in said


@pytest.mark.parametrize("name", BROKEN)
def test_an_example_learns(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    if name == "lightning_forecast":
        pytest.importorskip("lightning")
        text = printed(f"examples/{name}.py")
    else:
        in_process(f"examples/{name}.py")["main"]([])
        text = capsys.readouterr().out
    [line] = [line for line in text.splitlines() if line.startswith(("accuracy", "bits", "validation", "reward"))]
    [numbers] = re.findall(r"^[a-z ]+ (\d\.\d+)(?: -> (\d\.\d+))?(?:;.* (\d\.\d+))?", line)
    assert LEARNED[name](*(float(number) for number in numbers if number)), text


@pytest.mark.parametrize("name", BROKEN)
def test_an_example_says_how_to_run_and_to_break_it(name: str) -> None:
    source = (ROOT / "examples" / f"{name}.py").read_text(encoding="utf-8")
    assert len(source.splitlines()) <= 150
    text = ast.get_docstring(ast.parse(source)) or ""
    commands = [line.strip() for line in text.splitlines() if line.startswith("    ")]
    script = f"examples/{name}.py"
    assert commands == [f"python {script}", f"rnnshape run {script}", f"rnnshape run {script} --break"]


@pytest.mark.parametrize("name", BROKEN)
def test_help_of_an_example(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    if name == "lightning_forecast":
        pytest.importorskip("lightning")
    parse = in_process(f"examples/{name}.py")["parse"]
    with pytest.raises(SystemExit) as left:
        parse(["--help"])
    assert left.value.code == 0
    text = " ".join(capsys.readouterr().out.split())
    for option, default in vars(parse([])).items():
        shown = "--break" if option == "broken" else f"--{option} {option.upper()}"
        assert re.search(rf"{shown} [^-][^(]*\(default: {default}\)", text), option


def test_the_page_of_examples_has_a_row_for_each() -> None:
    page = (ROOT / "docs" / "examples.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\w+)\.py\]\(\.\./examples/\1\.py\) \|.*\| (RNS\d+) \|", page, re.MULTILINE)
    assert dict(rows) == BROKEN
