# ruff: noqa: E501
"""The module that is written, and the JSON schema: text alone, which no file can turn into something else."""

from __future__ import annotations

import ast
import copy
import json
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnshape import SpecError, predict_file
from rnnshape.modelfile.arguments import NEEDED
from rnnshape.modelfile.describing import described
from rnnshape.modelfile.kinds import KINDS, find_kind
from rnnshape.modelfile.names import class_name
from rnnshape.modelfile.prediction import answered
from rnnshape.modelfile.reading import Document, read, read_text
from rnnshape.modelfile.schema import json_schema
from rnnshape.modelfile.source import module_source, written

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted(p for p in (ROOT / "examples").iterdir() if p.suffix in (".toml", ".json"))


def source(text: str, name: str = "model.toml") -> str:
    document = read_text(textwrap.dedent(text), name)
    return written(answered(document))


SEQ2SEQ = """
    output = ["scores", "encoder.h_n"]

    [[input]]
    name = "words"
    layout = "batch seq@words"

    [[input]]
    name = "before"
    layout = "batch seq@before"
    dtype = "int64"

    [[layer]]
    type = "embedding"
    input = "words"
    num_embeddings = 9
    embedding_dim = 4
    padding_idx = 0

    [[layer]]
    type = "lstm"
    name = "encoder"
    input_size = 4
    hidden_size = 5

    [[layer]]
    type = "Embedding"
    input = "before"
    num_embeddings = 7
    embedding_dim = 3

    [[layer]]
    type = "LSTM"
    input_size = 3
    hidden_size = 5
    state = "encoder"

    [[layer]]
    type = "Linear"
    in_features = 5
    out_features = 7

    [[layer]]
    type = "reshape"
    name = "scores"
    sizes = ["batch", -1, 7]

    [[layer]]
    type = "select"
    name = "row"
    input = "encoder"
    dim = 0
    index = 0

    [[layer]]
    type = "LSTMCell"
    name = "encoder_h_n"
    input_size = 5
    hidden_size = 2

    [[layer]]
    type = "MSELoss"
    name = "far"
    input = "scores"
    target = "batch"
    """


def test_a_module_in_full() -> None:
    assert source(SEQ2SEQ, "se2 q/models\n\u202e.toml") == textwrap.dedent("""\
        # Written by rnnshape predict --module from 'models\\n\\u202e.toml'
        from torch import nn


        class Models(nn.Module):
            def __init__(self):
                super().__init__()
                self.embedding = nn.Embedding(9, 4, padding_idx=0)
                self.encoder = nn.LSTM(4, 5)
                self.embedding_2 = nn.Embedding(7, 3)
                self.lstm = nn.LSTM(3, 5)
                self.linear = nn.Linear(5, 7)
                self.encoder_h_n = nn.LSTMCell(5, 2)
                self.far = nn.MSELoss()  # of scores, and a target batch

            def forward(self, words, before):
                # words: batch seq, int64
                # before: batch seq, int64
                embedding = self.embedding(words)  # batch seq feature=4
                encoder, (encoder_h_n_2, encoder_c_n) = self.encoder(embedding)  # seq=batch seq hidden=5
                embedding_2 = self.embedding_2(before)  # batch seq feature=3
                lstm, (lstm_h_n, lstm_c_n) = self.lstm(embedding_2, (encoder_h_n_2, encoder_c_n))  # seq=batch seq hidden=5
                linear = self.linear(lstm)  # seq=batch seq feature=7
                scores = linear.reshape(words.size(0), -1, 7)  # seq=batch seq feature=7
                row = encoder[0]  # seq hidden=5
                encoder_h_n, encoder_h_n_c_1 = self.encoder_h_n(row)  # seq hidden=2
                return scores, encoder_h_n_2
        """)


def test_a_name_of_two_results_is_no_name_of_a_third() -> None:
    found = source("""
        [input]
        layout = "batch=2 feature=3"
        [[layer]]
        type = "LSTMCell"
        name = "a"
        input_size = 3
        hidden_size = 4
        [[layer]]
        type = "Tanh"
        name = "a_c_1"
        input = "a.c_1"
        """)
    assert "a, a_c_1_2 = self.a(input)" in found
    assert "a_c_1 = self.a_c_1(a_c_1_2)" in found


def test_the_last_cell_state() -> None:
    found = source("""
        [input]
        layout = "batch=2 seq=4 feature=3"
        [[layer]]
        type = "LSTM"
        input_size = 3
        hidden_size = 5
        proj_size = 2
        batch_first = true
        [[layer]]
        type = "last_state"
        input = "lstm.c_n"
        """)
    assert "last_state = lstm_c_n[-1]  # batch=2 ?=5" in found


def test_what_is_not_reached_is_written_without_a_layout() -> None:
    text = '[input]\nlayout = "a=2"\n[[layer]]\ntype = "reshape"\nsizes = [3]\n[[layer]]\ntype = "ReLU"\n'
    assert "        reshape = input.reshape(3)\n        relu = self.relu(reshape)\n" in source(text)


def test_steps_that_are_not_known_are_not_written(tmp_path: Path) -> None:
    file = tmp_path / "model.toml"
    file.write_text('[input]\nlayout = "a=2"\n[[layer]]\ntype = "reshape"\nsizes = [3]\n[[layer]]\ntype = "mean"\n')
    with pytest.raises(SpecError) as caught:
        module_source(file)
    assert str(caught.value) == f"{file}:6: no module can be written: give dim = of mean, which the run did not come to"


CODE = (
    st.sampled_from(["__import__('os')", "x\n    import os", "x; import os", "x#", "x'''", 'x"""', "{0}", "x=1", "ｉｆ", "é"])
    | st.text()
)


@given(st.sampled_from([*KINDS]), st.data())
def test_no_text_of_a_file_becomes_code(kind: str, data: Any) -> None:
    values: dict[str, Any] = {"type": kind}
    for argument in KINDS[kind].arguments:
        likely = {"padding": "same", "state": "input"}.get(argument.name, 2)
        values[argument.name] = data.draw(CODE | st.just(likely) | st.lists(CODE, max_size=2))
    if KINDS[kind].most > 1:
        values["inputs"] = ["input", data.draw(CODE | st.just("input"))]
    values["name"] = data.draw(CODE)
    inputs = {"layout": data.draw(CODE | st.just("batch=2 seq=3 feature=2")), "name": data.draw(CODE | st.just("input"))}
    top = {
        "name": data.draw(CODE),
        "input": inputs,
        "layer": [{k: v for k, v in values.items() if data.draw(st.booleans()) or k == "type"}],
    }
    document = Document(data.draw(CODE), top, read_text("", "x.toml").lines, ())
    try:
        text = written(answered(document))
    except SpecError:
        return
    allowed = (ast.Module, ast.Import, ast.ImportFrom, ast.alias, ast.ClassDef, ast.FunctionDef, ast.arguments, ast.arg, ast.Expr,
               ast.Assign, ast.Return, ast.Call, ast.Attribute, ast.Name, ast.Constant, ast.Tuple, ast.List, ast.Subscript,
               ast.Slice, ast.UnaryOp, ast.USub, ast.BinOp, ast.Add, ast.Mult, ast.keyword, ast.expr_context)  # fmt: skip
    tree = ast.parse(text)
    assert all(isinstance(node, allowed) for node in ast.walk(tree))
    assert {
        alias.name for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)) for alias in node.names
    } <= {"torch", "nn"}
    assert {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)} <= {
        "nn", "torch", "super", "self", inputs["name"], values["name"], *values.get("inputs", ()), "input", kind.lower(),
        f"{kind.lower()}_2", "loss",
    }  # fmt: skip


@pytest.mark.parametrize(
    "name", ["forward", "loss_fn", "self", "nn", "torch", "None", "train", "parameters", "a" * 101, "1a", "a b", "é"]
)
def test_names(name: str) -> None:
    text = f'{{"input": {{"layout": "a=2"}}, "layer": {{"type": "ReLU", "name": {json.dumps(name)}}}}}'
    if name == "loss_fn":
        assert "self.loss_fn = nn.ReLU()" in source(text, "model.json")
        return
    with pytest.raises(SpecError):
        source(text, "model.json")


def test_the_name_of_the_class() -> None:
    assert [class_name(n) for n in ("my-model_2", "2x", "None", "", "é", "a\nb", "x" * 200)] == [
        "MyModel2", "Model2x", "NoneModel", "Model", "Model", "AB", "X" + "x" * 89,
    ]  # fmt: skip


# Without torch


def test_torch_is_imported_only_where_the_form_is_right(tmp_path: Path) -> None:
    wrong = tmp_path / "model.toml"
    wrong.write_text('[input]\nlayout = "batch"\n[[layer]]\ntype = "LTSM"\n')
    code = f"""
import sys
from click.testing import CliRunner
from rnnshape import predict_file
from rnnshape.cli import main
assert CliRunner().invoke(main, ["predict", "--schema"]).exit_code == 0
assert CliRunner().invoke(main, ["predict", "lstm", "--input-size", "3", "--hidden-size", "4"]).exit_code == 0
for more in ([], ["--json"], ["--explain"], ["--module"]):
    assert CliRunner().invoke(main, ["predict", {str(wrong)!r}, *more]).exit_code == 2
print([name for name in ("torch", "numpy", "rich") if name in sys.modules])
predict_file({str(EXAMPLES[0])!r})
print([name for name in ("torch", "rich") if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.stderr) == ("[]\n['torch']\n", "")


# The schema

SCHEMA = jsonschema.Draft202012Validator(json_schema())


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json.loads(json.dumps(json_schema())) == json_schema()


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda p: p.name)
def test_examples_are_valid(file: Path) -> None:
    data = read(file).data
    SCHEMA.validate(data)
    assert predict_file(file).ok
    for change in (("layer", 0, "typo"), ("input",), ("layer", 1, "type")):
        wrong = copy.deepcopy(data)
        place: Any = wrong
        for key in change[:-1]:
            place = place[key]
        place[change[-1]] = 7
        assert not SCHEMA.is_valid(wrong)
        document = Document("x.json", wrong, read_text("", "x.toml").lines, ())
        with pytest.raises(SpecError):
            described(document)


def test_every_key_is_documented() -> None:
    schema = json_schema()
    assert set(schema["$defs"]) == {*KINDS, "input"}
    for name, table in schema["$defs"].items():
        assert table["description"]
        undocumented = [key for key, value in table["properties"].items() if key != "type" and not value.get("description")]
        assert undocumented == [], name


@pytest.mark.parametrize("name", KINDS)
def test_the_schema_and_the_reader_agree(name: str) -> None:
    """A layer with what it needs is valid; with one of it left out, or with a key of another layer, it is not."""
    kind = KINDS[name]
    simple = {"sizes": [2], "dims": [0], "target": "a", "normalized_shape": 3}
    layer = {"type": name} | {a.name: simple.get(a.name, 3) for a in kind.arguments if a.default is NEEDED}
    layer |= {"inputs": ["input", "input"]} if kind.most > 1 else {}
    first = [{"type": "GRU", "input_size": 2, "hidden_size": 3}]
    for change in ({}, {"name": "x"}, {"name": 3}, {"name": "a b"}, {"bogus": 1}, *({key: None} for key in layer)):
        changed = {k: v for k, v in (layer | change).items() if v is not None}
        data = {"input": {"layout": "batch seq feature"}, "layer": [*first, changed, {"type": "ReLU", "input": "input"}]}
        document = Document("x.json", data, read_text("", "x.toml").lines, ())
        try:
            described(document)
            reads = True
        except SpecError:
            reads = False
        assert SCHEMA.is_valid(data) == reads == (change in ({}, {"name": "x"})), change


@given(st.data())
def test_what_is_read_is_valid(data: Any) -> None:
    """Whatever the reader takes for an argument, the schema takes too."""
    kind = data.draw(st.sampled_from(list(KINDS.values())))
    argument = data.draw(st.sampled_from([*kind.arguments])) if kind.arguments else None
    if argument is None:
        return
    values = st.one_of(
        st.integers(-3, 5), st.floats(), st.booleans(), st.text(max_size=3), st.none(), st.lists(st.integers(-3, 5), max_size=3),
        st.lists(st.sampled_from(["a", "a.h_n", "B"]), max_size=3), st.sampled_from(["same", "mean", "a", "a.h_n", "zeros", "tanh"]),
        st.just({}),
    )  # fmt: skip
    value = data.draw(values)
    try:
        argument.checked(value)
    except ValueError:
        return
    jsonschema.validate(value, argument.described())


# The list of layers


def test_lower_case_is_understood() -> None:
    for name, kind in KINDS.items():
        assert find_kind(name) is find_kind(name.lower()) is kind


def test_toml_and_json_say_the_same() -> None:
    toml = (ROOT / "examples" / "classifier.toml").read_text()
    one = read_text(toml, "a.toml")
    other = read_text(json.dumps(tomllib.loads(toml)), "a.json")
    for a, b in zip(*(answered(d).prediction for d in (one, other)), strict=True):
        assert (a.path, a.spec, a.outputs) == (b.path, b.spec, b.outputs)
