# ruff: noqa: E501
"""What is found in a file: for each mistake a file with its code, line and words, and one where nothing is said.

The rules are those of the dry run; here it is held that they are carried back to the right line, in the words of a file. Every
word that is said of the wrong ones is in golden/modelfile.txt.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from expected import Expected, prediction_text, sections

from rnnshape.calculator.model import ModelPrediction
from rnnshape.modelfile.prediction import answered
from rnnshape.modelfile.reading import read_text
from rnnshape.report.catalogue import RULES


def predicted(layout: str, *layers: str, ignore: tuple[str, ...] = ()) -> ModelPrediction:
    """Predict layers that are written on a line each: "GRU input_size=4 hidden_size=8". Line 1 has the input."""
    tables = []
    for layer in layers:
        kind, *pairs = layer.split(" ")
        values = [pair.partition("=")[::2] for pair in pairs]
        tables.append(
            f"{{type = '{kind}'" + "".join(f", {name} = {value.replace('_,_', ', ')}" for name, value in values) + "}"
        )
    text = f"input = {{{layout if '=' in layout and layout.startswith('layout') else f'layout = {json.dumps(layout)}'}}}\nlayer = [\n"
    document = read_text(text + ",\n".join(tables) + "\n]\n", "model.toml")
    return answered(document, ignore).prediction


def found(layout: str, *layers: str) -> list[str]:
    """Return each finding in short: code, line, message, suggestion. Layers begin on line 3."""
    shown = []
    for finding in predicted(layout, *layers).findings:
        assert finding.location is not None
        assert finding.severity == RULES[finding.code].severity
        line = f"{finding.code}:{finding.location.line}: {finding.headline}"
        shown.append(f"{line} | {finding.suggestion}" if finding.suggestion else line)
    return shown


X = "batch=6 seq=9 feature=10"
BI = "LSTM input_size=10 hidden_size=16 num_layers=2 bidirectional=true batch_first=true name='rnn'"
TWO = "GRU input_size=10 hidden_size=16 num_layers=2 batch_first=true name='rnn'"

CASES: list[tuple[list[str], list[str]]] = [
    # A recurrent layer's door
    ([X, "GRU input_size=12 hidden_size=8 batch_first=true"], ["RNS102:3"]),
    ([X, BI, "GRU input_size=16 hidden_size=8 batch_first=true"], ["RNS102:4"]),
    (["batch=6 feature=10 seq=9", "GRU input_size=10 hidden_size=8 batch_first=true"], ["RNS102:3"]),
    ([X, "GRU input_size=10 hidden_size=8"], ["RNS201:3"]),
    (["seq=T batch=B feature=10", "GRU input_size=10 hidden_size=8 batch_first=true"], ["RNS201:3"]),
    (["batch=6 feature=10", "GRU input_size=10 hidden_size=8"], ["RNS201:3"]),
    (["batch=6 a=3 b=4 feature=10", "GRU input_size=10 hidden_size=8"], ["RNS101:3"]),
    (["batch=6 seq=0 feature=10", "GRU input_size=10 hidden_size=8 batch_first=true"], ["RNS115:3"]),
    (["layout = 'batch=6 seq=9 feature=10', dtype = 'int64'", "GRU input_size=10 hidden_size=8 batch_first=true"], ["RNS110:3"]),
    (["layout = 'batch=6 seq=9', dtype = 'float32'", "Embedding num_embeddings=5 embedding_dim=3"], ["RNS000:3"]),
    ([X, "GRUCell input_size=10 hidden_size=8"], ["RNS101:3"]),
    # Initial states
    ([X, TWO, "GRU input_size=10 hidden_size=16 batch_first=true input='input' state='rnn'"], ["RNS103:4"]),
    ([X, TWO, "GRU input_size=10 hidden_size=16 num_layers=2 bidirectional=true batch_first=true input='input' state='rnn'"], ["RNS103:4"]),
    ([X, TWO, "GRU input_size=10 hidden_size=12 num_layers=2 batch_first=true input='input' state='rnn'"], ["RNS107:4"]),
    ([X, TWO, "LSTM input_size=10 hidden_size=16 num_layers=2 batch_first=true input='input' state='rnn'"], ["RNS108:4"]),
    ([X, BI, "GRU input_size=10 hidden_size=16 num_layers=2 bidirectional=true batch_first=true input='input' state='rnn'"], ["RNS109:4"]),
    ([X, TWO, "transpose input='rnn.h_n' dim0=0 dim1=1 name='turned'",
      "GRU input_size=10 hidden_size=16 num_layers=2 batch_first=true input='input' state='turned'"], ["RNS104:5"]),
    (["batch=2 seq=9 feature=10", TWO, "transpose input='rnn.h_n' dim0=0 dim1=1 name='turned'",
      "GRU input_size=10 hidden_size=16 num_layers=2 batch_first=true input='input' state='turned'"], ["RNS203:5"]),
    ([X, TWO, "last_state", "GRU input_size=10 hidden_size=16 batch_first=true input='input' state='last_state'"], ["RNS105:5"]),
    ([X, BI, "LSTM input_size=10 hidden_size=16 num_layers=4 batch_first=true input='input' state='rnn'"], ["RNS306:4"]),
    ([X, BI, "GRU input_size=10 hidden_size=16 num_layers=4 batch_first=true input='input' state='rnn.h_n'"], ["RNS306:4"]),
    # Widths
    ([X, BI, "last_state", "Linear in_features=16 out_features=5"], ["RNS308:5"]),
    ([X, "Linear in_features=12 out_features=5"], ["RNS211:3"]),
    ([X, "Linear in_features=9 out_features=5"], ["RNS211:3"]),
    ([X, "Linear in_features=5 out_features=2"], ["RNS211:3"]),
    ([X, BI, "Linear in_features=12 out_features=2"], ["RNS211:4"]),
    (["batch=6 feature=4 seq=2", "Conv1d in_channels=4 out_channels=4 kernel_size=3 padding=2 padding_mode='reflect'"], ["RNS000:3"]),
    (["batch=6 feature=4 seq=2", "Conv1d in_channels=4 out_channels=4 kernel_size=3 padding=3 padding_mode='circular'"], ["RNS000:3"]),
    (["batch=6 seq=T", "Linear in_features=12 out_features=5"], ["RNS211:3"]),
    ([X, "Conv1d in_channels=10 out_channels=4 kernel_size=3"], ["RNS213:3"]),
    (["batch=B seq=T feature=10", "Conv1d in_channels=10 out_channels=4 kernel_size=3"], ["RNS213:3"]),
    (["batch=6 seq=10 feature=10", "Conv1d in_channels=10 out_channels=4 kernel_size=3"], ["RNS244:3"]),
    ([X, "BatchNorm1d num_features=10"], ["RNS213:3"]),
    (["batch=6 seq=10 feature=10", "BatchNorm1d num_features=10"], ["RNS241:3"]),
    (["batch=6 feature=10 seq=9", "Conv1d in_channels=12 out_channels=4 kernel_size=3"], ["RNS213:3"]),
    (["batch=6 feature=10 seq=2", "Conv1d in_channels=10 out_channels=4 kernel_size=3"], ["RNS213:3"]),
    ([X, "LayerNorm normalized_shape=9"], ["RNS213:3"]),
    (["feature=10", "LayerNorm normalized_shape=[1_,_10]"], ["RNS213:3"]),
    # Samples mixed
    ([X, BI, "reshape input='rnn.h_n' sizes=['batch'_,_-1]", "Linear in_features=64 out_features=5"], ["RNS203:4"]),
    (["batch=B seq=T feature=10", BI, "reshape input='rnn.h_n' sizes=['B'_,_-1]", "Linear in_features=64 out_features=5"], ["RNS203:4"]),
    ([X, BI, "reshape input='rnn.h_n' sizes=['batch'_,_-1]"], ["RNS203:4"]),
    (["feature=10 batch=6", "Linear in_features=6 out_features=5"], ["RNS203:3"]),
    (["batch=6 a=9 b=4", "reshape sizes=[6_,_4_,_9]", "Linear in_features=9 out_features=5"], ["RNS209:3"]),
    # Softmax and sums
    (["batch=6 seq=9", "Softmax dim=0"], ["RNS206:3"]),
    (["batch=6 feature=9", "LogSoftmax dim=0"], ["RNS206:3"]),
    ([X, "Linear in_features=10 out_features=1", "Softmax dim=-1"], ["RNS207:4"]),
    (["batch=6 seq=6", "transpose dim0=0 dim1=1", "add inputs=['input'_,_'transpose']"], ["RNS205:4"]),
    (["batch=6 seq=9", "transpose dim0=0 dim1=1", "add inputs=['input'_,_'transpose']"], ["RNS213:4"]),
    # The batch that went
    ([X, TWO, "last_step dim=0", "Linear in_features=16 out_features=2"], ["RNS301:4"]),
    ([X, "mean dim=0"], ["RNS208:3"]),
    # States
    ([X, BI, "last_step", "Linear in_features=32 out_features=2"], ["RNS302:4"]),
    (["batch seq feature=10", BI, "Dropout", "select dim=1 index=-1"], ["RNS302:5"]),
    ([X, BI, "select input='rnn.h_n' dim=0 index=-1", "Linear in_features=16 out_features=2"], ["RNS304:4"]),
    # Losses
    (["seq=9 batch=6 feature=10", "GRU input_size=10 hidden_size=8", "reshape sizes=[-1_,_8]", "CrossEntropyLoss target='(batch=6_,_seq=9)'"], ["RNS502:4"]),
    ([X, "Identity", "CrossEntropyLoss target='batch=6_,_seq=9'"], ["RNS503:4"]),
    (["batch=B seq=T feature=10", "last_step", "CrossEntropyLoss target='batch=B_,_seq=T'"], ["RNS505:4"]),
    ([X, BI, "reshape sizes=[-1_,_16]", "CrossEntropyLoss target='(batch=6_,_seq=9)'"], ["RNS308:5"]),
    (["batch=6 feature=1", "Identity", "MSELoss target='batch=6'"], ["RNS504:4"]),
    (["batch=6 feature=3", "Identity", "MSELoss target='batch=6'"], ["RNS213:4"]),
    (["batch=6 feature=1", "Identity", "BCEWithLogitsLoss target='batch=6'"], ["RNS213:4"]),
    (["batch=6 seq=6", "Identity", "MSELoss target='seq=6_,_batch=6'"], ["RNS502:4"]),
    # What does not fit at all
    ([X, "reshape sizes=[7_,_-1]"], ["RNS213:3"]),
    ([X, "transpose dim0=0 dim1=3"], ["RNS213:3"]),
    ([X, "permute dims=[0_,_1]"], ["RNS213:3"]),
    ([X, "select dim=1 index=9"], ["RNS213:3"]),
    ([X, "mean dim=5"], ["RNS213:3"]),
    ([X, "Linear in_features=10 out_features=4", "concat inputs=['input'_,_'linear'] dim=1"], ["RNS213:4"]),
    ([X, "mean", "concat inputs=['input'_,_'mean'] dim=1"], ["RNS213:4"]),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "places"), CASES)
def test_what_is_found(lines: list[str], places: list[str]) -> None:
    assert [said.split(": ")[0] for said in found(*lines)] == places


def test_every_word_is_expected(expected: Expected) -> None:
    golden = Path(__file__).parents[1] / "golden" / "modelfile.txt"
    said = {"\n    ".join(lines): prediction_text(predicted(*lines), golden.parent) for lines, _ in CASES}
    assert len(said) == len(CASES)
    assert all(said.values())
    expected(golden, sections(said))


SILENT: list[list[str]] = [
    [X, "GRU input_size=10 hidden_size=8 batch_first=true"],
    ["seq=9 batch=6 feature=10", "GRU input_size=10 hidden_size=8"],
    ["seq=9 feature=10", "GRU input_size=10 hidden_size=8"],
    ["batch=6 feature=10", "GRUCell input_size=10 hidden_size=8"],
    ["feature=10", "LSTMCell input_size=10 hidden_size=8"],
    ["N T F", "GRU input_size=10 hidden_size=8 batch_first=true"],
    ["batch=1 seq=9 feature=10", "GRU input_size=10 hidden_size=8"],
    # a state that fits
    [X, TWO, "GRU input_size=10 hidden_size=16 num_layers=2 batch_first=true input='input' state='rnn'"],
    # widths and channels
    [X, BI, "last_state", "Linear in_features=32 out_features=5"],
    [X, "transpose dim0=1 dim1=2", "Conv1d in_channels=10 out_channels=4 kernel_size=3"],
    ["batch=6 feature=10 seq=10", "Conv1d in_channels=10 out_channels=4 kernel_size=3"],
    ["batch=6 feature=10 seq=10", "BatchNorm1d num_features=10"],
    [X, "LayerNorm normalized_shape=[9_,_10]"],
    ["batch=6 feature=4 seq=2", "Conv1d in_channels=4 out_channels=4 kernel_size=3 padding=1 padding_mode='reflect'"],
    ["batch=6 feature=4 seq=2", "Conv1d in_channels=4 out_channels=4 kernel_size=3 padding=2 padding_mode='circular'"],
    # reshapes that keep the samples
    [X, BI, "transpose input='rnn.h_n' dim0=0 dim1=1", "reshape sizes=['batch'_,_-1]", "Linear in_features=64 out_features=5"],
    [X, "reshape sizes=[-1_,_10]", "Linear in_features=10 out_features=3", "reshape sizes=[6_,_9_,_3]"],
    ["batch=6 seq=8 feature=10", "reshape sizes=['batch'_,_4_,_20]", "GRU input_size=20 hidden_size=8 batch_first=true"],
    [X, BI, "reshape input='rnn.h_n' sizes=[2_,_2_,_6_,_16]", "select dim=0 index=-1", "transpose dim0=0 dim1=1", "Flatten"],
    [X, BI, "reshape input='rnn.h_n' sizes=['batch'_,_-1]", "reshape sizes=[4_,_6_,_16]"],
    [X, "reshape sizes=[6_,_3_,_30]", "Linear in_features=30 out_features=2"],
    # softmax, sums, picks
    ["batch=6 seq=9", "Softmax dim=1"],
    ["batch=6", "Softmax dim=0"],
    ["batch=6 feature=1", "LogSoftmax dim=1"],
    [X, "Linear in_features=10 out_features=10", "add inputs=['input'_,_'linear']"],
    ["batch=6 seq=6", "Tanh", "add inputs=['input'_,_'tanh']"],
    ["batch=6 seq=6 feature=10", "mean dim=0 name='a'", "mean dim=1 input='input' name='b'", "add inputs=['a'_,_'b']"],
    [X, TWO, "last_step", "Linear in_features=16 out_features=2"],
    [X, "mean"], [X, "max dim=1"], ["batch=1 seq=9 feature=10", "select dim=0 index=0"],
    [X, BI, "last_step name='l'", "last_state input='rnn' name='s'", "concat inputs=['l'_,_'s'] dim=1"],
    [X, BI, "last_step name='l'", "mean input='rnn' name='m'", "concat inputs=['l'_,_'m'] dim=1"],
    [X, BI, "select name='l' dim=1 index=-1", "select input='rnn' name='f' dim=1 index=0", "concat inputs=['l'_,_'f'] dim=1"],
    ["batch=6 seq=1 feature=10", BI, "last_step"],
    [X, BI, "Linear in_features=32 out_features=3", "last_step"],
    [X, BI, "last_step", "Linear input='rnn' in_features=32 out_features=3"],
    [X, BI, "select input='rnn.h_n' dim=0 index=-1 name='r'", "select input='rnn.h_n' dim=0 index=-2 name='f'",
     "concat inputs=['f'_,_'r'] dim=1"],
    [X, BI, "select input='rnn.h_n' dim=0 index=-1 name='r'", "mean input='rnn' name='m'", "concat inputs=['m'_,_'r'] dim=1"],
    # losses
    [X, BI, "Linear in_features=32 out_features=5", "transpose dim0=1 dim1=2", "CrossEntropyLoss target='batch=6_,_seq=9'"],
    [X, BI, "Linear in_features=32 out_features=5", "reshape sizes=[-1_,_5]", "CrossEntropyLoss target='(batch=6_,_seq=9)'"],
    [X, BI, "Linear in_features=32 out_features=5", "reshape sizes=[-1_,_5]", "CrossEntropyLoss target='rows=54'"],
    [X, "mean", "CrossEntropyLoss target='labels=6'"],
    [X, "mean", "CrossEntropyLoss target='batch=6_,_feature=10'"],
    ["feature=10", "Identity", "NLLLoss target=''"],
    ["batch=6 feature=1", "select dim=1 index=0", "MSELoss target='batch=6'"],
    ["batch=6 feature=1", "Identity", "MSELoss target='batch=6_,_1'"],
    ["batch=6 seq=9", "Tanh", "MSELoss target='batch=6_,_seq=9'", "ReLU"],
    ["batch=6 seq=6", "Identity", "MSELoss target='batch=6_,_seq=6'"],
    ["a=6 b=6", "Identity", "MSELoss target='b=6_,_a=6'"],
]  # fmt: skip


@pytest.mark.parametrize("lines", SILENT)
def test_where_nothing_is_wrong(lines: list[str]) -> None:
    assert found(*lines) == []


def test_a_sum_has_the_axes_of_the_wider_operand() -> None:
    wide = ["mean dim=1 keepdim=true name='a'", "add inputs=['a'_,_'input']"]
    assert str(predicted("batch=6 seq=9 feature=10", *wide)["add"].layout("output")) == "batch=6 seq=9 feature=10"


def test_states_have_the_samples_of_the_input() -> None:
    call = predicted("(batch=2 clip=3) seq=9 feature=10", BI)["rnn"]
    assert [str(v.layout) for v in call.outputs] == [
        "(batch=2 clip=3) seq=9 (directions=2 hidden=16)", *["(layers=2 directions=2) (batch=2 clip=3) hidden=16"] * 2,
    ]  # fmt: skip


def test_the_last_step_by_its_number() -> None:
    codes = [[f.code for f in predicted(X, BI, f"select dim=1 index={index}").findings] for index in (7, 8, -1, -9)]
    assert codes == [[], ["RNS302"], ["RNS302"], ["RNS302"]], "of step 0 the forward direction has read one step alone"


def test_a_comment_on_the_line_silences_it() -> None:
    softmax = '[[layer]]\ntype = "Softmax"\ninput = "input"\ndim = 0'
    text = f'[input]\nlayout = "batch=6 seq=9"\n{softmax}{{}}\n{softmax}\n'
    for comment, lines in [("", [6, 10]), ("  # rnnshape: ignore[RNS206]", [10]), ("  # rnnshape: ignore[RNS207]", [6, 10])]:
        document = read_text(text.format(comment), "model.toml")
        prediction = answered(document).prediction
        assert [f.location.line for f in prediction.findings if f.location] == lines


def test_codes_that_are_ignored() -> None:
    assert predicted("batch=6 seq=9", "Softmax dim=0", ignore=("rns206",)).findings == ()
    assert [f.code for f in predicted("batch=6 seq=9", "Softmax dim=0", ignore=("RNS207",)).findings] == ["RNS206"]


def test_a_finding_in_full() -> None:
    [finding] = predicted(X, BI, "last_state", "Linear in_features=16 out_features=5 name='fc'").findings
    assert str(finding) == (
        "RNS308 error: directions forgotten    model.toml:5\n"
        "    {type = 'Linear', in_features = 16, out_features = 5, name = 'fc'}\n"
        "  fc (Linear): Linear expects 16 features and gets 32 = directions=2 x hidden=16; the directions were forgotten\n"
        "  seen      batch=6 (directions=2 hidden=16)  (6, 32)\n"
        "  in_features = 32 fits\n"
        "  see: rnnshape explain RNS308"
    )


def test_what_is_not_reached_is_shown() -> None:
    p = predicted(X, "reshape sizes=[7_,_-1]", "Linear in_features=3 out_features=2", "Softmax dim=0")
    assert [f.code for f in p.findings] == ["RNS213"]
    assert [(c.path, c.spec, c.outputs, c.parameters, c.line, c.notes) for c in p.calls[1:]] == [
        ("reshape", "reshape(7, -1)", (), 0, 3, ("did not end",)),
        ("linear", "Linear(3, 2)", (), 0, 4, ("not reached",)),
        ("softmax", "Softmax(0)", (), 0, 5, ("not reached",)),
    ]
    assert p.parameters == 8


def test_a_layer_decides_the_symbol_of_its_features() -> None:
    p = predicted("batch seq feature", "GRU input_size=10 hidden_size=8 batch_first=true")
    assert p.ok
    assert p.notes == ("feature is 10, from input_size of gru",)
    assert str(p.calls[0].inputs[0].layout) == "batch seq feature=10"


def test_no_layer_decides_a_length_that_another_made() -> None:
    lines = found("batch=B feature=4 seq=T", "Conv1d in_channels=4 out_channels=3 kernel_size=3 name='c'",
                  "Linear in_features=7 out_features=2")  # fmt: skip
    fits = "in_features = 11 fits, if it is meant to read these features"
    assert lines == [f"RNS211:4: linear (Linear): Linear expects 7 features and gets 11 | {fits}"]


def test_two_layers_that_want_different_features() -> None:
    lines = found(
        "batch feature", "Linear in_features=4 out_features=2 name='a'", "Linear in_features=5 out_features=2 input='input'"
    )
    fits = "in_features = 4 fits, if it is meant to read these features"
    assert lines == [f"RNS211:4: linear (Linear): Linear expects 5 features and gets 4 = feature=4 | {fits}"]


def test_lengths_that_are_no_product_get_a_symbol() -> None:
    p = predicted("batch=B feature=4 seq=T", "Conv1d in_channels=4 out_channels=3 kernel_size=3 stride=2 name='c'",
                  "MaxPool1d kernel_size=2 stride=1 name='p'")  # fmt: skip
    assert [str(c.outputs[0].layout) for c in p.calls[1:]] == ["batch=B feature=3 ?=S2", "batch=B feature=3 ?=S1"]
    assert p.notes == (
        "S1 depends on the sizes in another way: it is 5, 8, 13 where B = 11, 17, 23 and T = 13, 19, 29",
        "S2 depends on the sizes in another way: it is 6, 9, 14 where B = 11, 17, 23 and T = 13, 19, 29",
    )
    two = predicted("batch=B seq=T", "Tanh", "select dim=1 index=0 input='input'", "unsqueeze dim=1",
                    "concat inputs=['tanh'_,_'unsqueeze'] dim=1 name='j'")  # fmt: skip
    assert (str(two["j"].outputs[0].layout), two.notes) == ("batch=B ?=S1", ("S1 = T + 1",))


def test_symbols_and_sizes_say_the_same() -> None:
    lines = [BI, "last_state", "Dropout", "Linear in_features=32 out_features=5", "LogSoftmax dim=1", "NLLLoss target='{}'"]
    symbolic = predicted("batch=B seq=T feature=10", *[line.format("batch=B") for line in lines])
    concrete = predicted(X, *[line.format("batch=6") for line in lines])
    for one, other in zip(symbolic, concrete, strict=True):
        for a, b in zip((*one.inputs, *one.outputs), (*other.inputs, *other.outputs), strict=True):
            symbols = {"B": 6, "T": 9}
            present = {s: n for s, n in symbols.items() if s in str(a.layout).replace("=", " ").split()}
            assert (a.name, a.layout.bind(**present), a.dtype) == (b.name, b.layout, b.dtype)
        assert (one.parameters, one.path, one.line) == (other.parameters, other.path, other.line)


def test_every_call_has_its_line() -> None:
    p = predicted(X, BI, "last_state", "Linear in_features=32 out_features=5")
    assert [(c.path, c.line, c.depth) for c in p] == [("", None, 0), ("rnn", 3, 1), ("last_state", 4, 1), ("linear", 5, 1)]


def test_the_totals() -> None:
    p = predicted("batch=2 seq=3", "Embedding num_embeddings=7 embedding_dim=4", "GRU input_size=4 hidden_size=5 batch_first=true",
                  "transpose dim0=0 dim1=1", "Linear in_features=5 out_features=6")  # fmt: skip
    gru = 3 * 5 * (4 + 5) + 2 * 15
    assert (p.parameters, p.parameter_bytes) == (28 + gru + 36, 4 * (28 + gru + 36))
    assert p.flops.number() == 2 * 6 * (3 * 5 * (4 + 5) + 5 * 6)
    assert p.activation_bytes.number() == 4 * (2 * 3 * 4 + 2 * 3 * 5 + 2 * 5 + 2 * 3 * 6)
    assert p.title == "model.toml"


def test_the_names_of_layers() -> None:
    p = predicted("a=2", "ReLU", "ReLU", "ReLU name='relu_2'", "ReLU", "Identity name='tanh'", "Tanh", "MSELoss target='a=2'")
    assert [c.path for c in p] == ["", "relu", "relu_3", "relu_2", "relu_4", "tanh", "tanh_2", "loss"]


def test_examples_have_no_findings() -> None:
    from rnnshape.modelfile.prediction import predict_file

    examples = Path(__file__).parents[2] / "examples"
    files = sorted(examples.glob("*.toml")) + sorted(examples.glob("*.json"))
    assert len(files) >= 2
    for file in files:
        assert predict_file(file).findings == ()
