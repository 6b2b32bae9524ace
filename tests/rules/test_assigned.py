"""What a user's line calls a recurrent layer and its results."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import rnnshape
from rnnshape.report.location import Location
from rnnshape.rules.assigned import Assigned, assigned_at, indexed_at


def read(code: str, kind: str = "LSTM", module: str = "net.encoder") -> tuple[str, str, str]:
    return assigned_at(Location("<nowhere>", 3, "forward", code), module, kind)[:3]


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("seq_out, (hidden, cell) = self.encoder(x)", ("self.encoder", "seq_out", "hidden")),
        ("_, (hidden, _) = self.encoder(self.embed(x))", ("self.encoder", "", "hidden")),
        ("out, state = encoder(x, state)", ("encoder", "out", "state[0]")),
        ("both = self.encoder(x)", ("self.encoder", "both[0]", "both[1][0]")),
        ("h = self.encoder(x)[1][0]", ("self.encoder", "", "h")),
        ("out = self.encoder(x)[0]", ("self.encoder", "out", "")),
        ("self.out, self.state = self.encoder(x)", ("self.encoder", "self.out", "self.state[0]")),
        ("return self.fc(self.encoder(x)[0][:, -1])", ("self.encoder", "", "")),
        ("out = self.drop(self.encoder(x)[0])", ("self.encoder", "", "")),
        ("out, _ = a, b = self.encoder(x)", ("self.encoder", "", "")),
        ("out, (h, c) = self.encoder(x) if x.dim() else None", ("self.encoder", "", "")),
        ("a, b = self.encoder(x), self.encoder(y)", ("", "", "")),
        ("out, (h, c) = self.layers[0](x)", ("", "", "")),
        ("out, (h, c) = self.decoder(x)", ("", "", "")),
        ("out, (h, c) = self.encoder(", ("", "", "")),
        ("", ("", "", "")),
    ],
)
def test_what_a_line_names(code: str, named: tuple[str, str, str]) -> None:
    assert read(code) == named


def test_a_layer_with_one_state_has_no_pair() -> None:
    assert read("out, h = self.encoder(x)", "GRU") == ("self.encoder", "out", "h")
    assert read("h = self.encoder(x)[1]", "GRU") == ("self.encoder", "", "h")


def test_a_statement_of_several_lines_is_read_from_its_file(tmp_path: Path) -> None:
    file = tmp_path / "net.py"
    file.write_text("def f(self, x):\n    out, h = self.encoder(\n        x,\n    )\n    return out\n")
    assert assigned_at(Location(str(file), 3, "f", "x,"), "encoder", "GRU")[:3] == ("", "", "")  # a line that reads as one
    opened = Location(str(file), 2, "f", "out, h = self.encoder(")
    assert assigned_at(opened, "encoder", "GRU")[:3] == ("self.encoder", "out", "h")
    assert assigned_at(None, "encoder", "GRU") == Assigned()


def test_what_is_not_named_has_torchs_word_and_its_place_is_said() -> None:
    bare, named = Assigned(), Assigned("self.rnn", "out", "h")
    assert bare.last_state() == "rnnshape.last_state(rnn, h_n)"
    assert bare.last_step("lengths") == "rnnshape.last_step(rnn, output, lengths)"
    assert (named.last_state(), named.last_step()) == ("rnnshape.last_state(self.rnn, h)", "rnnshape.last_step(self.rnn, out)")
    assert (bare.by_layer(), named.by_layer()) == ("rnnshape.by_layer(rnn, h_n)", "rnnshape.by_layer(self.rnn, h)")
    assert named.which("h_n", "output") == ""
    assert bare.which("h_n", "output") == "; h_n is the layer's second result and output is the layer's first result"
    assert Assigned(is_pair=True).which("h_n") == "; h_n is the first of the pair that is the layer's second result"


@pytest.mark.parametrize(
    ("code", "of"),
    [
        ("return self.fc(out[:, -1])", "out"),
        ("y = self.out[-1] + self.out[0]", "self.out"),
        ("return out[-1] + h[0]", ""),
        ("return states[0][:, -1]", ""),
        ("return self.rnn(x)[0]", ""),
        ("return out.select(1, -1)", ""),
    ],
)
def test_what_a_line_takes_an_index_of(code: str, of: str) -> None:
    assert indexed_at(Location("<nowhere>", 3, "forward", code)) == of
    assert indexed_at(None) == ""


class Named(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.LSTM(4, 8, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = nn.Linear(8, 3)

    def forward(self, x: Tensor) -> Tensor:
        _, (hidden, _) = self.encoder(x)
        return self.fc(hidden[0] + hidden[1])


class Unnamed(Named):
    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.encoder(x)[1][0][3])


def test_the_edit_has_the_users_names_and_says_what_h_n_is_where_the_line_does_not() -> None:
    x = torch.zeros(6, 9, 4)
    [named] = rnnshape.diagnose(Named(), x, axes="batch seq feature").findings
    [unnamed] = rnnshape.diagnose(Unnamed(), x, axes="batch seq feature").findings
    assert (named.code, named.message, named.suggestion) == (
        "RNS305",
        "only the states of layer 0 forward and layer 0 reverse are used, never that of the last of 2 layers",
        "rows are in the order of the layers: rnnshape.last_state(self.encoder, hidden) is that of the last",
    )
    assert (unnamed.code, unnamed.message, unnamed.suggestion) == (
        "RNS304",
        "only row 3 of h_n, of the reverse direction, is used: the forward direction reaches nothing",
        "rows are layer 0 forward, layer 0 reverse, ...: rnnshape.last_state(self.encoder, h_n) has both of the last layer; "
        "h_n is the first of the pair that is the layer's second result",
    )
