"""The command line, all but ``run``: what it prints, what its errors say, and its exit codes."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import textwrap
from inspect import signature
from itertools import product
from pathlib import Path
from typing import Any

import click
import forked
import pytest
from click.testing import CliRunner, Result

import rnnshape
from rnnshape import predict
from rnnshape.calculator.spec import KINDS
from rnnshape.calculator.topics import TOPICS
from rnnshape.cli import COMMANDS, main
from rnnshape.experiments.influence import EXPERIMENTS as MADE
from rnnshape.modelfile.prediction import predict_file
from rnnshape.modelfile.schema import json_schema
from rnnshape.modelfile.source import module_source
from rnnshape.report.catalogue import RULES
from rnnshape.report.catalogue.subjects import EXPERIMENTS, SUBJECTS, subject

GRU = ("predict", "gru", "--input-size", "4", "--hidden-size", "8")


SEPARATE = {"mix_stderr": False} if "mix_stderr" in signature(CliRunner).parameters else {}
"""Before click 8.2 stderr is a part of stdout unless one says otherwise."""


def cli(*words: str, color: bool = False) -> Result:
    return CliRunner(**SEPARATE).invoke(main, words, prog_name="rnnshape", color=color, catch_exceptions=False)


def printed(*words: str, color: bool = False) -> str:
    done = cli(*words, color=color)
    assert (done.exit_code, done.stderr) == (0, "")
    return done.stdout


def error(*words: str, code: int = 2) -> str:
    """Return what stands behind "Error: "; in front of it is the usage, and nothing goes to stdout."""
    done = cli(*words)
    assert (done.exit_code, done.stdout) == (code, "")
    usage, message = done.stderr.split("\nError: ")
    command = " ".join(["rnnshape", *(words[:1] if words[0] in COMMANDS else ())])
    assert usage.startswith(f"Usage: {command} ")
    assert usage.endswith((f"\nTry '{command} --help' for help.\n", f"\nTry '{command} -h' for help.\n"))  # click 8.1
    return message.removesuffix("\n")


# predict

OPTIONS = {
    "num_layers": ((), ("--num-layers", "2")),
    "bidirectional": ((), ("--bidirectional",)),
    "batch_first": ((), ("--batch-first",)),
    "bias": ((), ("--no-bias",)),
}
VALUES = {"num_layers": 2, "bidirectional": True, "batch_first": True, "bias": False}
INPUTS: list[tuple[tuple[str, ...], dict[str, Any]]] = [
    ((), {}),
    (("--batch", "6", "--seq", "9"), {"batch": 6, "seq": 9}),
    (("--batch", "2*B", "--seq", "steps"), {"batch": "2*B", "seq": "steps"}),
    (("--unbatched", "--seq", "9"), {"batch": None, "seq": 9}),
    (("--dtype", "float64"), {"dtype": "float64"}),
]


@pytest.mark.parametrize("kind", KINDS)
def test_predict_is_predict(kind: str) -> None:
    names = ["bias"] if kind.endswith("Cell") else list(OPTIONS)
    for choice in product((0, 1), repeat=len(names)):
        words = [word for name, on in zip(names, choice, strict=True) for word in OPTIONS[name][on]]
        config: dict[str, Any] = {name: VALUES[name] for name, on in zip(names, choice, strict=True) if on}
        for more, arguments in INPUTS:
            wanted = predict(kind, 4, 8, **config, **arguments)
            line = ("predict", kind, "--input-size", "4", "--hidden-size", "8", *words, *more)
            assert printed(*line) == f"{wanted!r}\n"
            assert json.loads(printed(*line, "--json")) == wanted.to_dict()


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
def test_predict_packed(kind: str) -> None:
    line = ("predict", kind.lower(), "--input-size", "4", "--hidden-size", "8", "--lengths", "9,7,3")
    wanted = predict(kind, 4, 8, lengths=[9, 7, 3])
    assert printed(*line) == f"{wanted!r}\n"
    assert json.loads(printed(*line, "--json")) == wanted.to_dict()
    assert json.loads(printed(*line, "--json"))["lengths"] == [9, 7, 3]
    assert printed(*line, "--batch", "3", "--seq", "12") == f"{predict(kind, 4, 8, lengths=[9, 7, 3], seq=12)!r}\n"


@pytest.mark.parametrize("kind", ["RNN", "RNNCell"])
def test_predict_the_nonlinearity(kind: str) -> None:
    for word in ("tanh", "relu"):
        text = printed("predict", kind, "--input-size", "4", "--hidden-size", "8", "--nonlinearity", word)
        assert text == f"{predict(kind, 4, 8, nonlinearity=word)!r}\n"
        assert ("nonlinearity='relu'" in text) == (word == "relu")


def test_predict_a_projection() -> None:
    line = ("predict", "lstm", "--input-size", "4", "--hidden-size", "8", "--proj-size", "3", "--json")
    assert json.loads(printed(*line)) == predict("LSTM", 4, 8, proj_size=3).to_dict()


def test_predict_in_full() -> None:
    text = printed(*GRU, "--bidirectional", "--batch", "6", "--seq", "9")
    assert text == textwrap.dedent("""\
        GRU(4, 8, bidirectional=True)    batch_first=False
          input   seq=9 batch=6 feature=4                   (9, 6, 4)   (L, N, H_in)
          h_0     (layers=1 directions=2) batch=6 hidden=8  (2, 6, 8)   (D*num_layers, N, H_out)  zeros unless given
          output  seq=9 batch=6 (directions=2 hidden=8)     (9, 6, 16)  (L, N, D*H_out)           both directions at every step
          h_n     (layers=1 directions=2) batch=6 hidden=8  (2, 6, 8)   (D*num_layers, N, H_out)  every layer at its final step
          rows of h_n:
            row 0: layer 0 forward   row 1: layer 0 reverse
          672 parameters, 2.62 KiB as float32
          62.2 kFLOPs in matrix products: 1,152 x 9 steps x 6 samples
        """)  # fmt: skip


def test_any_case_of_a_layer_is_one_layer() -> None:
    texts = {printed("predict", kind, *GRU[2:]) for kind in ("gru", "GRU", "Gru", "gRu")}
    assert len(texts) == 1


ONE_SEQUENCE = "--unbatched is one sequence, so it goes with neither --batch nor --lengths"
NO_MODEL = "is no layer, no model.toml or model.json, and no package.module:factory"
MODULE_ALONE = "--module is for a model's file, and goes with neither --json nor --explain"
NOT_A_SIZE = "a size is an int, a symbol such as 'B' or a product such as '2*H'; got"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([*GRU, "--num-layer", "3"], "No such option '--num-layer'. Did you mean '--num-layers'?"),
        (GRU[:4], "Missing option '--hidden-size'."),
        (["predict", "gru"], "Missing option '--input-size'."),
        ([*GRU, "extra"], "Got unexpected extra argument (extra)"),
        (["predict", "gruu", *GRU[2:]],
         f"Invalid value for 'WHAT': 'gruu' {NO_MODEL}; did you mean 'gru'?"),
        (["predict", "model.yaml"],
         f"Invalid value for 'WHAT': 'model.yaml' {NO_MODEL}; layers are rnn, lstm, gru, rnncell, lstmcell, grucell"),
        (["predict"], "Missing argument 'WHAT'."),
        ([*GRU, "--module"], MODULE_ALONE),
        (["predict", "a.toml", "--module", "--json"], MODULE_ALONE),
        (["predict", "a.toml", "batch=6"], "Got unexpected extra argument (batch=6)"),
        (["predict", "a.toml", "--input-size", "3"], "--input-size is for a layer given by its name; a.toml has its own"),
        (["predict", "a.toml", "--no-bias"], "--no-bias is for a layer given by its name; a.toml has its own"),
        (["predict", "a.b:C", "batch=6", "--seq", "3"], "--seq is for a layer given by its name; a.b:C has its own"),
        (["predict", "a.b:C"], 'say what goes into a.b:C, as in: rnnshape predict a.b:C "batch=6 seq=9 feature=10"'),
        (["predict", "a.toml", "--ignore", "x"], "ignore=['x']: there is no rule 'x'"),
        ([*GRU, "--num-layers", "x"], "Invalid value for '--num-layers': 'x' is not a valid integer."),
        ([*GRU, "--num-layers", "0"], "num_layers=0: 1 or more is needed"),
        ([*GRU[:-1], "0"], "hidden_size=0: 1 or more is needed"),
        ([*GRU, "--nonlinearity", "sigmoid"], "Invalid value for '--nonlinearity': 'sigmoid' is not one of 'tanh', 'relu'."),
        ([*GRU, "--nonlinearity", "relu"], "nonlinearity='relu': only RNN and RNNCell have one, not GRU"),
        (["predict", "lstm", *GRU[2:], "--proj-size", "8"], "proj_size=8: must be smaller than hidden_size=8"),
        (["predict", "grucell", *GRU[2:], "--bidirectional"], "bidirectional=True: a cell has no bidirectional; use GRU"),
        (["predict", "grucell", *GRU[2:], "--lengths", "9"],
         "lengths=[9]: a cell takes one step and no PackedSequence; use GRU"),
        ([*GRU, "--batch", "B+1"], f"batch='B+1': {NOT_A_SIZE} 'B+1'"),
        ([*GRU, "--batch", ""], f"batch='': {NOT_A_SIZE} ''"),
        ([*GRU, "--batch", "²"], f"batch='²': {NOT_A_SIZE} '²'"),
        ([*GRU, "--batch=--3"], f"batch='--3': {NOT_A_SIZE} '--3'"),
        ([*GRU, "--seq", "1.5"], f"seq='1.5': {NOT_A_SIZE} '1.5'"),
        ([*GRU, "--seq", "0"], "seq=0: 1 or more is needed, as torch demands"),
        ([*GRU, "--batch", "-3"], "batch=-3: a size is 0 or more, got -3"),
        ([*GRU, "--unbatched", "--batch", "3"], ONE_SEQUENCE),
        ([*GRU, "--unbatched", "--lengths", "3,2"], ONE_SEQUENCE),
        ([*GRU, "--lengths", "9,x"], "Invalid value for '--lengths': '9,x' is no list of numbers such as 9,7,3"),
        ([*GRU, "--lengths", "9,"], "Invalid value for '--lengths': '9,' is no list of numbers such as 9,7,3"),
        ([*GRU, "--lengths", ""], "Invalid value for '--lengths': '' is no list of numbers such as 9,7,3"),
        ([*GRU, "--lengths", "0,1"], "lengths=[0, 1]: one number for each sample is needed, 1 or more, as torch demands"),
        ([*GRU, "--lengths", "9,7", "--batch", "3"], "batch=3: lengths has 2 samples; leave batch out"),
        ([*GRU, "--lengths", "9,7", "--seq", "8"], "seq=8: the longest of lengths is 9; leave seq out"),
        ([*GRU, "--dtype", "int8"],
         "dtype='int8': recurrent layers compute in one of float64, double, float32, float, float16, half, bfloat16"),
    ],
)  # fmt: skip
def test_a_wrong_predict(words: list[str], message: str) -> None:
    assert error(*words) == message


def test_only_the_projection_of_an_lstm() -> None:
    assert error(*GRU, "--proj-size", "3").startswith("proj_size=3: only LSTM has projections, not GRU; leave it ")


# predict: a model in a file, and a live one

FILE = """\
[input]
layout = "batch=6 seq=9 feature=10"

[[layer]]
type = "GRU"
name = "rnn"
input_size = 10
hidden_size = 8
batch_first = true
bidirectional = true

[[layer]]
type = "last_step"

[[layer]]
type = "Linear"
in_features = 16
out_features = 3
"""
LIVE = """\
from torch import nn

class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(10, 8, batch_first=True, bidirectional=True)
        self.linear = nn.Linear(16, 3)

    def forward(self, x):
        output, _ = self.rnn(x)
        return self.linear(output)

class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(100, 8)
        self.encoder, self.decoder = (nn.GRU(8, 8, batch_first=True) for _ in range(2))

    def forward(self, source, target):
        return self.decoder(self.embed(target), self.encoder(self.embed(source))[1])[0]

class OfLengths(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.rnn = nn.Embedding(100, 8), nn.GRU(8, 8, batch_first=True)

    def forward(self, words, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(words), lengths, batch_first=True)
        return nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0]

def make():
    return Tagger()

def forecaster():
    return nn.GRU(4, 8, batch_first=True)

def tagger():
    return OfLengths()

def cell():
    return nn.LSTMCell(4, 8)

model = classifier = Tagger()
number = 3

def broken():
    raise ValueError("no\\nmodel")
"""


def test_predict_a_file(models: Path) -> None:
    wanted = predict_file("model.toml")
    assert printed("predict", "model.toml") == f"{wanted!r}\n"
    assert json.loads(printed("predict", "model.toml", "--json")) == wanted.to_dict()
    assert [f.code for f in wanted.findings] == ["RNS302"]
    assert printed("predict", "model.toml", "--ignore", "rns302") == f"{predict_file('model.toml', ignore=['RNS302'])!r}\n"


def test_predict_the_schema() -> None:
    assert json.loads(printed("predict", "--schema")) == json_schema()


def test_predict_the_module(models: Path) -> None:
    done = cli("predict", "model.toml", "--module")
    assert (done.exit_code, done.stdout) == (0, module_source("model.toml"))
    [finding] = predict_file("model.toml").findings
    assert done.stderr == f"{finding}\n"
    assert cli("predict", "model.toml", "--module", "--ignore", "RNS302").stderr == ""


def test_predict_explains_a_file(models: Path) -> None:
    assert printed("predict", "model.toml", "--explain") == textwrap.dedent("""\
        Model
          input   (6, 9, 10)  6 = batch; 9 = seq; 10 = feature
          output  (6, 3)      6 = batch; 3 = feature
        rnn GRU(10, 8, batch_first=True, bidirectional=True)
          input   (6, 9, 10)  6 = batch; 9 = seq; 10 = feature
          output  (6, 9, 16)  6 = batch; 9 = seq; 16 = 2 directions x 8 hidden
          h_n     (2, 6, 8)   2 = 1 layer x 2 directions; 6 = batch; 8 = hidden
        last_step [:, -1]
          input   (6, 9, 16)  6 = batch; 9 = seq; 16 = 2 directions x 8 hidden
          output  (6, 16)     6 = batch; 16 = 2 directions x 8 hidden
        linear Linear(16, 3)
          input   (6, 16)  6 = batch; 16 = 2 directions x 8 hidden
          output  (6, 3)   6 = batch; 3 = feature
        """)
    calls = json.loads(printed("predict", "model.toml", "--explain", "--json"))["calls"]
    assert calls[2]["tensors"][1] == {
        "name": "output", "layout": "batch=6 (directions=2 hidden=8)", "sizes": [6, 16],
        "origins": ["6 = batch", "16 = 2 directions x 8 hidden"],
    }  # fmt: skip


def test_predict_explains_a_layer() -> None:
    wanted = predict("GRU", 4, 8).explain()
    assert printed(*GRU, "--explain") == f"{wanted!r}\n"
    assert json.loads(printed(*GRU, "--explain", "--json")) == wanted.to_dict()


@pytest.mark.parametrize(
    ("severity", "dim", "code"),
    [("never", 0, 0), ("warning", 0, 3), ("error", 0, 3), ("error", 2, 0), ("warning", 2, 3), ("never", 2, 0)],
)
def test_a_finding_fails_where_that_is_wanted(tmp_path: Path, severity: str, dim: int, code: int) -> None:
    layers = f'layer = [{{type = "Linear", in_features = 4, out_features = 1}}, {{type = "Softmax", dim = {dim}}}]'
    file = tmp_path / "a.toml"
    file.write_text(f'{layers}\n[input]\nlayout = "batch=6 seq=9 feature=4"\n')  # dim 0 is an error, dim 2 a warning
    assert cli("predict", str(file), "--fail-on", severity).exit_code == code


@pytest.mark.parametrize("target", ["package.models:Tagger", "package.models:make", "package.models:model"])
def test_predict_a_live_model(models: Path, target: str) -> None:
    text = printed("predict", target, "batch=6 seq=9 feature=10")
    assert "rnn GRU(10, 8, batch_first=True, bidirectional=True)" in text
    assert "batch=6 seq=9 (directions=2 hidden=8)" in text
    found = json.loads(printed("predict", target, "batch=B seq=T feature=10", "--json"))
    assert found["calls"][-1]["outputs"][0]["sizes"] == ["B", "T", 3]
    assert "  output  (6, 9, 16)  6 = batch; 9 = seq; 16 = 2 directions x 8 hidden" in (
        printed("predict", target, "batch=6 seq=9 feature=10", "--explain").splitlines()
    )


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("no.module:Model", "no.module:Model makes no model: ModuleNotFoundError: No module named 'no'"),
        ("package.models:Taggr",
         "package.models:Taggr makes no model: AttributeError: module 'package.models' has no attribute 'Taggr'"),
        ("package.models:broken",
         f"package.models:broken makes no model: ValueError: no model, at {Path('package', 'models.py')}:47"),
        ("package.models:number", "package.models:number makes no model: TypeError: 'int' object is not callable"),
    ],
)  # fmt: skip
def test_where_no_model_is_made(models: Path, target: str, message: str) -> None:
    done = cli("predict", target, "batch=6 seq=9 feature=10")
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"Error: {message}\n")


def test_a_broken_file_is_one_line(models: Path) -> None:
    (models / "model.toml").write_text("[input\n")
    for words in ([], ["--json"], ["--module"], ["--explain"]):
        done = cli("predict", "model.toml", *words)
        message = "model.toml:1: this is no TOML: expected ']' at the end of a table declaration"
        assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"Error: {message}\n")


def test_help_says_in_whole_words_what_each_command_does() -> None:
    commands = printed("--help").partition("Commands:\n")[2].partition("\n\n")[0]
    assert commands == (
        "  explain  Explain a rule, or a word.\n"
        "  predict  Predict every shape of a layer or a model.\n"
        "  probe    Measure which samples influence which.\n"
        "  rules    List every rule.\n"
        "  run      Run a training script, unchanged, under watch."
    )


def test_the_list_of_commands_says_what_they_say_themselves() -> None:
    commands = {name: main.get_command(click.Context(main), name) for name in COMMANDS}
    assert {name: command and command.get_short_help_str(80) for name, command in commands.items()} == COMMANDS


# explain and rules


@pytest.mark.parametrize("code", RULES)
def test_explain_every_rule(code: str) -> None:
    rule = RULES[code]
    text = printed("explain", code)
    assert text == f"{rule!r}\n"
    assert not any(line != line.rstrip() or len(line) > 120 for line in text.splitlines())
    assert json.loads(printed("explain", "--json", code)) == [rule.to_dict()]


def test_explain_in_full() -> None:
    assert printed("explain", "RNS108") == textwrap.dedent("""\
        RNS108 error: LSTM without its pair of states
        An LSTM has a hidden state and a cell state and takes them as the pair (h_0, c_0). The mistake often
        comes when a GRU is swapped for an LSTM.

          both programs begin with
              import torch
              from torch import nn

              import rnnshape as rs

          wrong
              lstm = nn.LSTM(4, 8)
              x, h_0 = torch.zeros(9, 6, 4), torch.zeros(1, 6, 8)

              with rs.watch(lstm) as report:
            >     lstm(x, h_0)  # RNS108

          right
              lstm = nn.LSTM(4, 8)
              x, h_0 = torch.zeros(9, 6, 4), torch.zeros(1, 6, 8)

              with rs.watch(lstm) as report:
            +     lstm(x, (h_0, torch.zeros_like(h_0)))

          what rnnshape says is in the exception or, where none is raised, in print(report) at the end
        """)


@pytest.mark.parametrize("topic", TOPICS)
def test_explain_what_people_ask(topic: str) -> None:
    about = subject(topic)
    rules = "" if about is None else f"\n{about!r}\n"
    assert printed("explain", topic.upper()) == f"{TOPICS[topic]!r}\n{rules}"
    assert (about is None) == (topic in ("output", "recurrence", "windows"))
    [entry] = json.loads(printed("explain", topic, "--json"))
    assert (entry["question"], entry["program"]) == (TOPICS[topic].question, TOPICS[topic].program)


def test_explain_what_rules_are_about() -> None:
    assert printed("explain", "Mask") == textwrap.dedent("""\
        masks: 13 rules about it; rnnshape explain RNS221 says more of one
          RNS221  error    a mask the wrong way round
          RNS222  error    a mask of other samples or other axes
          RNS223  warning  a mask that hides the past
          RNS225  warning  attention to padding
          RNS229  warning  one random mask for all samples
          RNS235  warning  a mask that leaves nothing out
          RNS405  error    padding picked
          RNS407  warning  the reverse direction begins in padding
          RNS409  error    a mask of steps the wrong way round
          RNS511  error    what comes next was read before it is to be said
          RNS512  warning  a sum of all samples in the place of each one's own
          RNS513  warning  lengths that count features
          RNS603  warning  padding that matters
        """)
    [entry] = json.loads(printed("explain", "padding", "--json"))
    assert entry["name"] == "padding"
    assert {"RNS303", "RNS404", "RNS603"} <= {rule["code"] for rule in entry["rules"]}


def test_explain_an_experiment() -> None:
    assert printed("explain", "number") == textwrap.dedent("""\
        number: an experiment, and 1 rule about it; rnnshape explain RNS608 says more of one
          probe leaves one sample out: what the model returns of the others must not change.
          RNS608  warning  number of samples that matters
        """)
    [entry] = json.loads(printed("explain", "order", "--json"))
    assert entry["experiment"] == "probe puts the samples into another order: the model must return the same in that order."
    assert [rule["code"] for rule in entry["rules"]] == ["RNS602"]


def test_the_experiments_are_those_of_probe_and_have_all_rules_of_their_family() -> None:
    assert {*EXPERIMENTS} == {*MADE}
    assert sorted(code for _, codes in EXPERIMENTS.values() for code in codes) == [c for c in RULES if c.startswith("RNS6")]
    for name in EXPERIMENTS:
        assert printed("explain", name).startswith(f"{name}: an experiment, and ")


@pytest.mark.parametrize("name", SUBJECTS)
def test_every_subject_has_rules_and_not_all_of_them(name: str) -> None:
    about = subject(name)
    assert about is not None
    assert 1 <= len(about.rules) < len(RULES) // 2
    assert subject("nosuch") is None


def test_explain_without_a_word_lists_all_that_may_be_asked() -> None:
    first, *parts = printed("explain").split("\n\n")
    assert first == "RNS0xx  what no rule explains\n  RNS000  error  the model raised"
    assert [part.partition("\n")[0] for part in parts] == [
        "RNS1xx  the contract of a recurrent layer",
        "RNS2xx  an axis that is used as another",
        "RNS3xx  the wrong state picked",
        "RNS4xx  padding, packing and the order of samples",
        "RNS5xx  state and loss across steps",
        "RNS6xx  what an experiment measured",
        "what people ask",
        "what rules are about",
        "Each code and each word goes behind it: rnnshape explain RNS103 h_n padding",
    ]
    rows = [line.split() for part in (first, *parts[:6]) for line in part.splitlines()[1:]]
    assert [(code, severity, " ".join(title)) for code, severity, *title in rows] == [
        (rule.code, rule.severity, rule.title) for rule in RULES.values()
    ]
    asked = [line.split(maxsplit=1) for line in parts[6].splitlines()[1:]]
    assert asked == [[topic.name, topic.question] for topic in TOPICS.values()]
    about = [line.split(maxsplit=1) for line in parts[7].splitlines()[1:]]
    assert [name for name, _ in about] == [name for name in SUBJECTS if name not in TOPICS]
    assert ["dropout", "1 rule"] in about
    assert ["number", "1 rule    an experiment of probe"] in about
    for word in ("RNS103", *(name for name, _ in asked + about)):
        assert printed("explain", word)


def test_what_may_be_asked_as_json() -> None:
    found = json.loads(printed("explain", "--json"))
    assert [rule["code"] for rule in found["rules"]] == [*RULES]
    assert found["topics"][0] == {"name": "output", "question": TOPICS["output"].question}
    assert found["subjects"] == [name for name in SUBJECTS if name not in TOPICS]


def test_explain_several_in_any_case() -> None:
    one, two = printed("explain", "RNS103"), printed("explain", "RNS104")
    assert printed("explain", "rns104", "Rns103") == f"{two}\n\n{one}"
    assert [r["code"] for r in json.loads(printed("explain", "rns104", "Rns103", "--json"))] == ["RNS104", "RNS103"]


def test_explain_in_colour() -> None:
    text = printed("explain", "RNS103", color=True)
    assert click.unstyle(text) == printed("explain", "RNS103")
    coloured = [line for line in text.splitlines() if "\x1b" in line]
    assert coloured == [
        "\x1b[1mRNS103 error: state with another number of rows\x1b[0m",
        "\x1b[2m  both programs begin with\x1b[0m",
        "\x1b[31m  wrong\x1b[0m",
        "\x1b[31m\x1b[1m    >     rnn(x, torch.zeros(2, 6, 8))  # RNS103\x1b[0m",
        "\x1b[32m  right\x1b[0m",
        "\x1b[32m\x1b[1m    +     rnn(x, torch.zeros(2 * 2, 6, 8))\x1b[0m",
        "\x1b[2m  what rnnshape says is in the exception or, where none is raised, in print(report) at the end\x1b[0m",
    ]


def test_explain_what_is_unknown() -> None:
    lists = (
        "; rnnshape rules lists the rules; topics are output, h_n, batch_first, recurrence, view and windows, and subjects "
        "attention, bidirectional, broadcasting, dropout, future, lengths, loss, masks, number, order, packing, padding, "
        "samples, softmax, states, steps, targets and use"
    )
    assert error("explain", "paddings1") == f"there is no rule 'paddings1'; did you mean 'padding'?{lists}"
    assert error("explain", "rns1033") == f"there is no rule 'rns1033'; did you mean 'RNS103'?{lists}"
    near = "did you mean RNS303 (last step is padding)?"
    assert error("explain", "last steps of padding") == f"there is no rule 'last steps of padding'; {near}{lists}"
    several = (
        "did you mean RNS104 (state made batch-first), RNS119 (number that stands for nothing) "
        "or RNS235 (a mask that leaves nothing out)?"
    )
    assert error("explain", "nothing made") == f"there is no rule 'nothing made'; {several}{lists}"
    assert error("explain", "x") == f"there is no rule 'x'{lists}"
    assert error("explain", "RNS103", "") == f"there is no rule ''{lists}"
    assert error("explain", "H-n") == f"there is no rule 'H-n'; did you mean 'h_n'?{lists}"


def test_rules_lists_every_rule() -> None:
    lines = printed("rules").splitlines()
    assert [re.split("  +", line) for line in lines] == [[r.code, r.severity, r.title] for r in RULES.values()]
    assert json.loads(printed("rules", "--json")) == [r.to_dict() for r in RULES.values()]
    assert lines[3] == "RNS103  error    state with another number of rows"
    assert error("rules", "extra") == "Got unexpected extra argument (extra)"


# The commands themselves


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be where the examples of the help texts are."""
    (tmp_path / "model.toml").write_text(FILE)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "models.py").write_text(LIVE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    for name in ("package", "package.models"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


@pytest.mark.parametrize("command", [(), *((name,) for name in COMMANDS)], ids=" ".join)
def test_help_ends_with_an_example(command: tuple[str, ...], models: Path) -> None:
    (models / "model.toml").write_text(FILE.replace("last_step", "last_state"))
    text = printed(*command, "--help")
    assert text == printed(*command, "-h")
    examples = re.findall(r"^  (?:  |Example: )(?:torchrun .*-m )?rnnshape (.*)$", text, re.MULTILINE)
    assert examples
    for example in examples:
        words = shlex.split(example.split("   ")[0].split(" > ")[0])
        assert words[0] in COMMANDS
        assert not command or words[0] == command[0]
        if words[0] != "run":
            printed(*words)


def test_every_option_has_a_help_text() -> None:
    commands = {name: main.get_command(click.Context(main), name) for name in COMMANDS}
    options = [(name, p) for name, c in commands.items() if c for p in c.params if isinstance(p, click.Option)]
    assert {name for name, _ in options} == {*COMMANDS}
    assert len(options) > 15
    assert [(name, p.name) for name, p in options if not (p.help and p.help[0].isupper())] == []


def test_the_version() -> None:
    assert printed("--version") == f"rnnshape, version {rnnshape.__version__}\n"


def test_a_wrong_command() -> None:
    assert error("expalin", "RNS103") == "No such command 'expalin'. Did you mean 'explain'?"
    assert error("diagnose", "model.py") == (
        "No such command 'diagnose': it is called in Python, as rnnshape.diagnose(model, x); "
        "rnnshape run looks at a script as it trains."
    )
    assert error("check") == "No such command 'check': it is called in Python, as @rnnshape.check."
    assert error("--verson") == "No such option '--verson'. Did you mean '--version'?"
    nothing = cli()
    assert nothing.exit_code == 2
    assert nothing.stderr == printed("--help")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run"], "Missing argument 'SCRIPT'."),
        (["run", "no.py", "--epochs"], "there is no file 'no.py'; for a module use: rnnshape run -m no"),
        (["run", "-m", "nowhere.a"], "there is no module 'nowhere'"),
        (["run", "."], "'.' is a directory; name the file in it"),
        (["run", "--fail-om", "error", "a.py"], "No such option '--fail-om'. Did you mean '--fail-on'?"),
        (["run", "--fail-on", "eror", "a.py"],
         "Invalid value for '--fail-on': 'eror' is not one of 'error', 'warning', 'never'."),
        (["run", "--track", "-1", __file__],
         "Invalid value for '--track': '-1' is no number of steps; use one such as 3, or all, or off"),
        (["run", "--track", "²", __file__],
         "Invalid value for '--track': '²' is no number of steps; use one such as 3, or all, or off"),
        (["run", "--axes", "b t d", "--axes", "x=b t", __file__],
         "Invalid value for '--axes': give one Layout, or NAME=LAYOUT for each argument of forward"),
        (["run", "--axes", "x=b t d", "--axes", "x=b t", __file__],
         "Invalid value for '--axes': an argument is named twice"),
        (["run", "--axes", "{x: b t", __file__],
         "Invalid value for '--axes': '{x: b t' is no JSON: Expecting property name enclosed in double quotes: "
         "line 1 column 2 (char 1)"),
        (["run", "--ignore", "RNS1033", __file__],
         "there is no rule 'RNS1033'; did you mean 'RNS103'? (rnnshape rules lists them)"),
        (["run", "--jsonl", "no folder/a.jsonl", __file__],
         "Invalid value for '--jsonl': [Errno 2] No such file or directory: 'no folder/a.jsonl'"),
        (["run", "--jsonl", ".", __file__], "Invalid value for '--jsonl': [Errno 21] Is a directory: '.'"),
    ],
)  # fmt: skip
def test_a_wrong_run_does_not_begin(words: list[str], message: str) -> None:
    assert error(*words) == message


@pytest.mark.parametrize(
    ("behind", "said"),
    [
        (["--format", "sarif", "--output", "a.sarif"], "--format sarif"),
        (["--format=github"], "--format github"),
        (["--epochs", "2", "--baseline", "known.json"], "--baseline"),
        (["--format", "json"], None),
        (["--format"], None),
        ([], None),
        (["sarif", "--output", "a.sarif"], None),
    ],
)
def test_an_option_of_ours_behind_the_script_is_the_scripts_and_that_is_said(
    behind: list[str], said: str | None, tmp_path: Path
) -> None:
    script = tmp_path / "train.py"
    script.write_text("import sys\nprint(sys.argv[1:])\n")
    done = forked.run("-m", "rnnshape", "run", str(script), *behind, folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout == f"{behind}\n"
    told = [line for line in done.stderr.splitlines() if "stands behind" in line]
    way = f"rnnshape: {said} stands behind {script}, so it is the script's; write it before {script} to give it to rnnshape"
    assert told == ([way] if said else [])


def test_as_a_module() -> None:
    command = [sys.executable, "-W", "error", "-m", "rnnshape", "explain", "RNS103"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, printed("explain", "RNS103"), "")
    wrong = subprocess.run([*command[:-1], "x"], capture_output=True, text=True, timeout=60, check=False)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.startswith("Usage: rnnshape explain ")
