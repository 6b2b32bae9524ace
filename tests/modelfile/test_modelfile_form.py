# ruff: noqa: E501
"""Mistakes of form: every text in full, every one of a file at once, and nothing that a hostile file could do."""

from __future__ import annotations

import os
import re
import resource
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rnnshape import SpecError
from rnnshape.modelfile.arguments import Argument
from rnnshape.modelfile.kinds import KINDS
from rnnshape.modelfile.lines import Lines
from rnnshape.modelfile.prediction import answered, predict_file
from rnnshape.modelfile.reading import LARGEST, Document, read
from rnnshape.modelfile.source import module_source, written

INPUT = '[input]\nlayout = "batch=2 seq=3"\n'
RELU = '[[layer]]\ntype = "ReLU"\n'


def mistakes(folder: Path, text: str | bytes, name: str = "model.toml") -> list[str]:
    """Return the lines of the error, without the folder."""
    file = folder / name
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(SpecError) as caught:
        predict_file(file)
    with pytest.raises(SpecError) as again:
        module_source(file)
    assert str(again.value) == str(caught.value)
    lines = str(caught.value).split("\n")
    assert all(line.startswith(str(file)) for line in lines if not line.startswith("... and "))
    return [line.removeprefix(f"{folder}/") for line in lines]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ['model.toml:1: there is no [input] table; write [input] and layout = "batch=32 seq=50"']),
        (INPUT, ["model.toml:1: there is no [[layer]] table; a model has one layer at least"]),
        ("[input]\n" + RELU, ["model.toml:1: input needs layout="]),
        ('inputs = 1\n' + INPUT + RELU, ["model.toml:1: a model's file has no key 'inputs'; did you mean 'input'?"]),
        (INPUT + '[[layers]]\ntype = "ReLU"\n', ["model.toml:3: a model's file has no key 'layers'; did you mean 'layer'?"]),
        ("layer = 3\n" + INPUT, ["model.toml:1: layer=3: a table is needed, [layer] or [[layer]]"]),
        ("layer = [3]\n" + INPUT, ["model.toml:1: layer: a table is needed, got 3"]),
        ('[input]\nlayout = "batch=2 (seq=3"\n' + RELU,
         ["model.toml:2: input: layout='batch=2 (seq=3': cannot read this layout: this '(' is never closed"]),
        ('[input]\nlayout = 3\n' + RELU,
         ['model.toml:2: input: layout=3: a layout such as "batch=32 seq=50" is needed, got an int']),
        ('[input]\nlayout = "batch"\nshape = 3\n' + RELU,
         ["model.toml:3: an input has no argument 'shape'; it takes name, layout, dtype"]),
        ('[input]\nlayout = "batch"\ndtype = "float23"\n' + RELU,
         ["model.toml:3: input: dtype='float23': use 'float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', "
          "'int8', 'uint8' or 'bool'; did you mean 'float32'?"]),
        ('[[input]]\nlayout = "a"\n[[input]]\nlayout = "b"\n' + RELU,
         ["model.toml:1: input: of several inputs each needs a name", "model.toml:3: input: of several inputs each needs "
          "a name",
          "model.toml:3: name='input': this name is given twice", "model.toml:5: ReLU needs input=, as there are several inputs"]),
        (INPUT + "[[layer]]\n", ['model.toml:3: a layer needs type=, such as type = "LSTM"']),
        (INPUT + "[[layer]]\ntype = 3\n", ['model.toml:4: type=3: the name of a layer is needed, such as type = "LSTM"']),
        (INPUT + '[[layer]]\ntype = "LTSM"\n',
         ["model.toml:4: type='LTSM': there is no layer of this type; did you mean 'LSTM'?"]),
        (INPUT + '[[layer]]\ntype = "nn.linear"\n',
         ["model.toml:4: type='nn.linear': there is no layer of this type; did you mean 'Linear'?"]),
        (INPUT + '[[layer]]\ntype = "Lstm"\n',
         ["model.toml:4: type='Lstm': there is no layer of this type; did you mean 'LSTM'?"]),
        (INPUT + '[[layer]]\ntype = "Xyz"\n',
         ["model.toml:4: type='Xyz': there is no layer of this type; rnnshape predict --schema has them all"]),
        (INPUT + '[[layer]]\ntype = "GRU"\ninput_size = 4\nhiden_size = 8\n',
         ["model.toml:6: GRU has no argument 'hiden_size'; did you mean 'hidden_size'?"]),
        (INPUT + '[[layer]]\ntype = "GRU"\ninput_size = 4\n', ["model.toml:3: GRU needs hidden_size="]),
        (INPUT + '[[layer]]\ntype = "GRU"\ninput_size = 0\nhidden_size = true\nbatch_first = 1\n',
         ["model.toml:5: GRU: input_size=0: 1 or more is needed", "model.toml:6: GRU: hidden_size=true: an int is "
          "needed, got a flag",
          "model.toml:7: GRU: batch_first=1: true or false is needed, got an int"]),
        (INPUT + '[[layer]]\ntype = "LSTM"\ninput_size = 4\nhidden_size = 8\nproj_size = 8\n',
         ["model.toml:7: LSTM: proj_size=8: must be smaller than hidden_size=8"]),
        (INPUT + '[[layer]]\ntype = "GRU"\ninput_size = 4\nhidden_size = 8\nproj_size = 2\n',
         ["model.toml:7: GRU has no argument 'proj_size'; did you mean 'input_size'?"]),
        (INPUT + '[[layer]]\ntype = "Dropout"\np = 1.5\n', ["model.toml:5: Dropout: p=1.5: a number from 0 to 1 is needed"]),
        (INPUT + '[[layer]]\ntype = "Dropout"\np = nan\n', ["model.toml:5: Dropout: p=nan: a number from 0 to 1 is needed"]),
        (INPUT + '[[layer]]\ntype = "Hardtanh"\nmin_val = 2\nmax_val = 1\n',
         ["model.toml:6: Hardtanh: max_val=1.0: more than min_val=2.0 is needed"]),
        (INPUT + '[[layer]]\ntype = "ELU"\nalpha = inf\n', ["model.toml:5: ELU: alpha=inf: a number that is finite is needed"]),
        (INPUT + '[[layer]]\ntype = "LayerNorm"\nnormalized_shape = 3\neps = -1\n',
         ["model.toml:6: LayerNorm: eps=-1: a number of 0 or more is needed"]),
        (INPUT + '[[layer]]\ntype = "Dropout"\np = "much"\n',
         ["model.toml:5: Dropout: p='much': a number is needed, got a string"]),
        (INPUT + '[[layer]]\ntype = "Embedding"\nnum_embeddings = 5\nembedding_dim = 2\npadding_idx = 5\n',
         ["model.toml:7: Embedding: padding_idx=5: a row of num_embeddings=5 is needed"]),
        (INPUT + '[[layer]]\ntype = "Conv1d"\nin_channels = 4\nout_channels = 6\nkernel_size = [3, 3]\npadding = "sane"\n',
         ["model.toml:7: Conv1d: kernel_size=[3, 3]: one int is needed, got 2",
          "model.toml:8: Conv1d: padding='sane': an int, 'same' or 'valid' is needed"]),
        (INPUT + '[[layer]]\ntype = "Conv1d"\nin_channels = 4\nout_channels = 6\nkernel_size = 3\ngroups = 3\n',
         ["model.toml:8: Conv1d: groups=3: in_channels=4 cannot be divided by it"]),
        (INPUT + '[[layer]]\ntype = "Conv1d"\nin_channels = 4\nout_channels = 6\nkernel_size = 3\nstride = 2\npadding = "same"\n',
         ["model.toml:9: Conv1d: padding='same': torch has it for stride=1 only, got stride=2"]),
        (INPUT + '[[layer]]\ntype = "MaxPool1d"\nkernel_size = 3\npadding = 2\n',
         ["model.toml:6: MaxPool1d: padding=2: at most half of kernel_size=3 is possible"]),
        (INPUT + '[[layer]]\ntype = "reshape"\nsizes = [-1, -1]\n',
         ["model.toml:5: reshape: sizes=[-1, -1]: only one size may be -1"]),
        (INPUT + '[[layer]]\ntype = "reshape"\nsizes = []\n',
         ["model.toml:5: reshape: sizes=[]: a list of sizes is needed, as in [-1, 32]"]),
        (INPUT + '[[layer]]\ntype = "reshape"\nsizes = [-2]\n',
         ["model.toml:5: reshape: sizes=[-2]: a size is 0 or more, or -1 for what is left, got -2"]),
        (INPUT + '[[layer]]\ntype = "reshape"\nsizes = [2.0]\n',
         ["model.toml:5: reshape: sizes=[2.0]: a size is an int or a word such as 'batch', got a number"]),
        (INPUT + '[[layer]]\ntype = "reshape"\nsizes = ["batch * 2", -1]\n',
         ["model.toml:5: reshape: sizes=['batch * 2', -1]: 'batch * 2' is no word; a size is an int, or an axis or a "
          "symbol of the "
          "input"]),
        (INPUT + '[[layer]]\ntype = "reshape"\nsizes = ["bach", -1]\n',
         ["model.toml:5: reshape: sizes: the input has no axis or symbol 'bach'; did you mean 'batch'?"]),
        (INPUT + '[[layer]]\ntype = "permute"\ndims = "1, 0"\n',
         ["model.toml:5: permute: dims='1, 0': an int or a list of ints is needed, got a string"]),
        (INPUT + RELU + 'input = "rnn"\n', ["model.toml:5: ReLU: input: there is no earlier result 'rnn'"]),
        (INPUT + RELU + 'input = "inptu"\n',
         ["model.toml:5: ReLU: input: there is no earlier result 'inptu'; did you mean 'input'?"]),
        (INPUT + RELU + 'input = "relu"\n', ["model.toml:5: ReLU: input: there is no earlier result 'relu'"]),
        (INPUT + RELU + 'input = ["input"]\n',
         ["model.toml:5: ReLU: input=['input']: the name of an earlier result is needed, got a list"]),
        (INPUT + RELU + 'input = "input.h_n"\n', ["model.toml:5: ReLU: input: the input input has no 'h_n'; it has output"]),
        (INPUT + RELU + 'inputs = ["input"]\n', ["model.toml:5: ReLU has no argument 'inputs'; did you mean 'input'?"]),
        (INPUT + RELU + RELU + 'input = "relu.h_n"\n', ["model.toml:7: ReLU: input: relu (ReLU) has no 'h_n'; it has output"]),
        (INPUT + '[[layer]]\ntype = "concat"\ndim = 0\n', ["model.toml:3: concat needs inputs=, the names of what it takes"]),
        (INPUT + '[[layer]]\ntype = "concat"\ndim = 0\ninputs = ["input"]\n',
         ["model.toml:6: concat: inputs=['input']: 2 to 100 names are needed, got 1"]),
        (INPUT + '[[layer]]\ntype = "add"\ninputs = "input"\n',
         ["model.toml:5: add: inputs='input': a list of names is needed, got a string"]),
        (INPUT + '[[layer]]\ntype = "last_state"\n',
         ["model.toml:3: last_state takes the state of an RNN, LSTM or GRU, and input is an input"]),
        (INPUT + '[[layer]]\ntype = "GRU"\ninput_size = 3\nhidden_size = 2\n' + RELU + '[[layer]]\ntype = "last_state"\n',
         ['model.toml:9: last_state takes the state of an RNN, LSTM or GRU, and relu is ReLU; write input = "gru"']),
        (INPUT + '[[layer]]\ntype = "GRU"\ninput_size = 3\nhidden_size = 2\n[[layer]]\ntype = "last_state"\ninput = "gru.output"\n',
         ["model.toml:9: last_state takes the state, h_n or c_n, and not output"]),
        (INPUT + RELU + '[[layer]]\ntype = "last_step"\ndim = 16\n', ["model.toml:7: last_step: dim=16: 15 or less is needed"]),
        ('[input]\nlayout = "a=2 b=3"\n[[layer]]\ntype = "mean"\n',
         ["model.toml:3: mean: mean takes the dim of seq, and there is none in (a=2 b=3); give dim ="]),
        (INPUT + RELU + 'name = "class"\n',
         ["model.toml:5: name='class': this word means something else in Python or in nn.Module"]),
        (INPUT + RELU + 'name = "forward"\n',
         ["model.toml:5: name='forward': this word means something else in Python or in nn.Module"]),
        (INPUT + RELU + 'name = "x.y"\n',
         ["model.toml:5: ReLU: name='x.y': a name is a letter, then letters, digits and _, of at most 100"]),
        (INPUT + RELU + 'name = "a"\n' + RELU + 'name = "a"\n', ["model.toml:8: name='a': this name is given twice"]),
        (INPUT + RELU + 'name = "input"\n', ["model.toml:5: name='input': this name is given twice"]),
        ('output = "rleu"\n' + INPUT + RELU, ["model.toml:1: output: there is no earlier result 'rleu'; did you mean 'relu'?"]),
        ('name = "import"\n' + INPUT + RELU,
         ["model.toml:1: name='import': this word means something else in Python or in nn.Module"]),
        (INPUT + '[[layer]]\ntype = "MSELoss"\ntarget = "batch=2 seq=3"\n' + RELU + 'input = "loss"\n',
         ["model.toml:8: ReLU: input: loss is a loss, which nothing can go on from"]),
        ("layer = [\n  {type = 'ReLU'},\n  {type = 'ReLU', p = 1},\n]\n" + INPUT,
         ["model.toml:3: ReLU has no argument 'p'; it takes type, name, input"]),
        ('a = "', ["model.toml:1: this is no TOML: illegal character '\\n'"]),
        ("a = 1\nb 2\n", ["model.toml:2: this is no TOML: expected '=' after a key in a key/value pair"]),
        ("a = " + "1" * 5000, ["model.toml:1: this is no TOML: a number of too many digits"]),
        ("[input]\na = " + "[" * 100_000, ["model.toml:2: this is nested more than 16 deep"]),
        (b"a = 1\nb = '\xff'\n", ["model.toml:2: this is not UTF-8; save the file as UTF-8"]),
        (b"\x00", ["model.toml:1: this is no TOML: invalid statement"]),
        ("#" * (10 << 20), ["model.toml: the file is larger than 256 KiB; a model's description is short"]),
    ],
)  # fmt: skip
def test_what_a_toml_file_is_told(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    if text == 'a = "':
        text += "\n"
    assert mistakes(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "model.json:1: this is no JSON: expecting value"),
        ("[1]", 'model.json:1: a table is needed, as in {"input": ..., "layer": [...]}, got [1]'),
        ('{"a": 1,\n "a": 2}', "model.json:2: 'a' stands here a second time"),
        ('{"input":\n NaN}', "model.json:2: NaN is no number here"),
        ('{"input":\n -Infinity}', "model.json:2: -Infinity is no number here"),
        ('{"a":' + "[" * 100_000, "model.json:1: this is nested more than 16 deep"),
        ('{"a":\n' + "1" * 5000 + "}", "model.json:2: this is no JSON: a number of too many digits"),
        ('{"a": 1,}', "model.json:1: this is no JSON: expecting property name enclosed in double quotes"),
        ('{"input": {"layout": "batch"},\n "layer": [{"type": "ReLU",\n  "name": null}]}',
         "model.json:3: ReLU: name=None: a name is needed, got no value"),
        ('{"input": {"layout": "\\ud800"},\n "layer": {"type": "ReLU"}}',
         "model.json:1: input: layout='\\ud800': cannot read this layout: unexpected '\\ud800'"),
    ],
)  # fmt: skip
def test_what_a_json_file_is_told(tmp_path: Path, text: str, expected: str) -> None:
    assert mistakes(tmp_path, text, "model.json") == [expected]


def test_every_mistake_is_told_at_once_and_in_order(tmp_path: Path) -> None:
    text = '[input]\nlayout = ")"\n[[layer]]\ntype = "GRU"\nhiden_size = 3\ninput_size = -1\n[[layer]]\ntype = "x"\n'
    assert [line.split(":")[1] for line in mistakes(tmp_path, text)] == ["2", "5", "6", "8"]


def test_mistakes_are_sorted_by_line(tmp_path: Path) -> None:
    text = 'output = "rule"\n' + INPUT + RELU + "p = 1\n"
    assert [line.split(":")[1] for line in mistakes(tmp_path, text)] == ["1", "6"]


def test_twenty_mistakes_are_shown_of_many(tmp_path: Path) -> None:
    text = INPUT + RELU + "".join(f"a{i} = 1\n" for i in range(50))
    found = mistakes(tmp_path, text)
    assert len(found) == 21
    assert found[-1] == "... and 30 more"


def test_what_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    for name, message in [
        ("folder.toml", "this is a directory, a pipe or a device; name a file"),
        ("pipe.json", "this is a directory, a pipe or a device; name a file"),
        ("missing.toml", "cannot be read: No such file or directory"),
        ("model.yaml", "a model's file ends in .toml or .json"),
        ("a\0.toml", "cannot be read: embedded null byte"),
    ]:
        with pytest.raises(SpecError) as caught:
            predict_file(tmp_path / name)
        assert str(caught.value) == f"{tmp_path}/{name}: {message}".replace("\0", "\\x00")


def test_a_name_that_no_terminal_can_write(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        predict_file(os.fsencode(tmp_path) + b"/\xff\x1b.toml")  # type: ignore[arg-type]
    assert str(caught.value) == f"{tmp_path}/\\udcff\\x1b.toml: cannot be read: No such file or directory"


def test_lines_that_steer_a_terminal_are_escaped(tmp_path: Path) -> None:
    file = tmp_path / "model.toml"
    file.write_text('[input]\nlayout = "batch=2 feature=3"\n[[layer]] # \u009b31m \u202e\ntype = "Softmax"\ndim = 0 # \u202e\n')
    [finding] = predict_file(file).findings
    assert finding.location is not None
    assert finding.location.code == "dim = 0 # \\u202e"


def test_the_largest_file_is_read(tmp_path: Path) -> None:
    file = tmp_path / "model.toml"
    text = INPUT + RELU
    file.write_text(text + "#" * (LARGEST - len(text)))
    assert read(file).data["layer"] == [{"type": "ReLU"}]
    file.write_text(text + "#" * (LARGEST - len(text) + 1))
    with pytest.raises(SpecError):
        read(file)


def test_a_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    for name, text in (("model.toml", INPUT + RELU), ("model.json", '{"input": {"layout": "a"},\n "layer": {"type": "ReLU"}}')):
        (tmp_path / name).write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
        assert predict_file(tmp_path / name).ok


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ('[[layer]]\ntype = "ReLU"\n' * 1001, "model.toml:3: 1,001 tables [[layer]] are more than 1,000"),
        ('[[layer]]\ntype = "unsqueeze"\ndim = 0\n' * 15, "model.toml:45: unsqueeze_15: a tensor has at most 16 dims here"),
        ('[[layer]]\ntype = "Linear"\nin_features = 3\nout_features = 9223372036854775807\n',
         "model.toml:6: Linear: out_features=9223372036854775807: 8388608 or less is needed"),
        ('[[layer]]\ntype = "Embedding"\nnum_embeddings = 9223372036854775807\nembedding_dim = 2\n',
         "model.toml:3: Embedding: torch cannot hold a tensor of these sizes"),
        (f'[[layer]]\ntype = "Linear"\nin_features = 3\nout_features = {10**30}\n',
         f"model.toml:6: Linear: out_features={10**30}: 8388608 or less is needed"),
        ('[[layer]]\ntype = "LSTM"\ninput_size = 3\nhidden_size = 4\nnum_layers = 1000000\n',
         "model.toml:7: LSTM: num_layers=1000000: 100 or less is needed"),
    ],
)  # fmt: skip
def test_limits(tmp_path: Path, layers: str, expected: str) -> None:
    assert mistakes(tmp_path, INPUT + layers) == [expected]


def test_an_input_that_no_tensor_could_be(tmp_path: Path) -> None:
    layout = "batch=8000000 seq=8000000 feature=8000000"
    assert mistakes(tmp_path, f'[input]\nlayout = "{layout}"\n{RELU}') == [
        f"model.toml:2: input: layout={layout!r}: a tensor has at most 9223372036854775807 elements, as torch counts them in "
        "64 bits; these sizes give more"
    ]
    long = "batch=8388609"
    assert mistakes(tmp_path, f'[input]\nlayout = "{long}"\n{RELU}') == [
        f"model.toml:2: input: layout={long!r}: a size is 8388608 or less"
    ]


def test_dims_that_are_too_long_to_follow(tmp_path: Path) -> None:
    text = '[input]\nlayout = "batch=8000 seq=8000 feature=3"\n[[layer]]\ntype = "Flatten"\nstart_dim = 0\n' + RELU
    assert mistakes(tmp_path, text) == [
        "model.toml:3: flatten: up to this tensor there are 192,000,000 elements along all dims, more than 2^27"
    ]


def test_large_sizes_take_no_memory(tmp_path: Path) -> None:
    file = tmp_path / "model.toml"
    layers = [
        f'[[layer]]\ntype = "Linear"\nin_features = {a}\nout_features = {b}\n' for a, b in ((2**10, 2**20), (2**20, 2**22))
    ]
    file.write_text(f'[input]\nlayout = "batch=1000000 seq=1000 feature=1024"\n{"".join(layers)}')
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = predict_file(file)
    assert found.ok
    assert found.parameters == 2**30 + 2**20 + 2**42 + 2**22
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1 << 20, "a GiB"


def test_layouts_that_grow_without_end_are_given_up(tmp_path: Path) -> None:
    file = tmp_path / "model.toml"
    turns = "".join(f'[[layer]]\ntype = "reshape"\nsizes = {s}\n' for _ in range(400) for s in ([11, 7, 13], [13, 7, 11]))
    file.write_text('[input]\nlayout = "a=7 b=11 c=13"\n' + turns)
    found = predict_file(file)
    assert len(str(found)) < 1_000_000
    assert found.calls[-1].outputs[0].layout.sizes == (13, 7, 11)


# Values of any type for every key

VALUES = st.one_of(
    st.integers(-3, 70), st.floats(), st.booleans(), st.text(max_size=5), st.lists(st.integers(-2, 5), max_size=3),
    st.sampled_from(["batch", "input", "input.h_n", "GRU", "relu", "", "x" * 200]),
    st.sampled_from([2**63, 10**400, [[]], [{}], {"a": 1}, None]),
)  # fmt: skip
KEYS = sorted({a.name for kind in KINDS.values() for a in kind.arguments} | {"name", "input", "inputs", "type"})


@settings(max_examples=settings().max_examples // 2)
@given(st.data())
def test_no_file_of_right_syntax_ends_in_anything_but_an_answer_or_a_spec_error(data: Any) -> None:
    layers = []
    for _ in range(data.draw(st.integers(1, 4))):
        kind = data.draw(st.sampled_from(list(KINDS.values())))
        layer: dict[str, Any] = {"type": kind.name}
        for argument in kind.arguments:
            if data.draw(st.integers(0, 9)):
                layer[argument.name] = data.draw(likely(argument))
        if not data.draw(st.integers(0, 4)):
            layer[data.draw(st.sampled_from(KEYS))] = data.draw(VALUES)
        layers.append(layer)
    dtype = data.draw(st.sampled_from([{}, {"dtype": "int64"}, {"dtype": "bool"}]))
    layouts = ["batch=2 seq=3", "batch=B seq=T feature=4", "batch seq feature", "", "seq=0 batch=2 a=1"]
    layout = data.draw(st.sampled_from(layouts))
    document = Document("model.toml", {"input": {"layout": layout, **dtype}, "layer": layers}, Lines(), ())
    try:
        answer = answered(document)
        assert repr(answer.prediction)
        compile(written(answer), "<written>", "exec")
    except SpecError as error:
        lines = str(error).split("\n")
    else:
        lines = []
    assert all(re.match(r"model\.toml:\d+: .", line) or line.startswith("... and ") for line in lines)


def likely(argument: Argument) -> st.SearchStrategy[Any]:
    if argument.name in ("bias", "batch_first", "bidirectional", "keepdim", "affine", "elementwise_affine"):
        return st.booleans()
    if argument.name == "target":
        return st.sampled_from(["batch=2", "batch=B seq=T", ""])
    if argument.name in ("sizes", "dims"):
        return st.lists(st.integers(-1, 4) | st.sampled_from(["batch", "seq"]), min_size=1, max_size=3)
    return st.integers(-2, 6) | VALUES
