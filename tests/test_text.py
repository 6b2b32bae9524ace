"""The plain text that several modules print."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnnshape import predict, text
from rnnshape.layout.sizes import parse_size


def test_articles() -> None:
    assert [text.a(noun) for noun in ("list", "int", "Tensor", "Embedding")] == ["a list", "an int", "a Tensor", "an Embedding"]


def test_columns_line_up() -> None:
    rows = [["h_n", "layers=1", "the state"], ["output", "seq=9"], ["x"]]
    lines = text.columns(rows)
    assert lines == [
        "  h_n     layers=1  the state",
        "  output  seq=9",
        "  x",
    ]
    assert lines[0].index("layers") == lines[1].index("seq")


def test_columns_with_another_gap() -> None:
    assert text.columns([["a", "b"], ["aa", "b"]], indent="", gap=" | ") == ["a  | b", "aa | b"]
    assert text.columns([]) == []


@pytest.mark.parametrize(
    ("values", "shown"),
    [((), "()"), ((9,), "(9,)"), ((9, 6), "(9, 6)"), ((parse_size("B"), parse_size("2*H")), "(B, 2*H)")],
)
def test_sizes_are_written_as_torch_does(values: tuple[int, ...], shown: str) -> None:
    assert text.sizes(values) == shown
    assert text.sizes(iter(values)) == shown


def test_concrete_sizes_read_back_as_the_same_tuple() -> None:
    assert [eval(text.sizes(values)) for values in ((), (9,), (9, 6, 32))] == [(), (9,), (9, 6, 32)]


def test_counts() -> None:
    assert [text.count(n, "step") for n in (0, 1, 2, 1234)] == ["0 steps", "1 step", "2 steps", "1,234 steps"]
    assert [text.count(n, "batch", "batches") for n in (1, 2)] == ["1 batch", "2 batches"]


def test_lists() -> None:
    assert [text.listed(items) for items in ([], [1], [1, 2], [1, 2, 3])] == ["", "1", "1 and 2", "1, 2 and 3"]
    assert text.listed(iter(["2-D", "3-D"]), "or") == "2-D or 3-D"


def test_nearest_word() -> None:
    known = ["input_size", "hidden_size", "num_layers", "bidirectional"]
    assert text.nearest("hiden_size", known) == "; did you mean 'hidden_size'?"
    assert text.nearest("bi", known) == "; did you mean 'bidirectional'?", "the beginning of a word is enough"
    assert text.nearest("zzz", known) == ""
    assert text.nearest("", known) == ""
    assert text.nearest("num_layer", iter(known)) == "; did you mean 'num_layers'?"


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0 FLOPs"),
        (999, "999 FLOPs"),
        (1000, "1.00 kFLOPs"),
        (10_000, "10.0 kFLOPs"),
        (12_345, "12.3 kFLOPs"),
        (100_000, "100 kFLOPs"),
        (999_499, "999 kFLOPs"),
        (999_500, "1.00 MFLOPs"),
        (1_022_976, "1.02 MFLOPs"),
        (3 * 10**15, "3.00 PFLOPs"),
        (3 * 10**19, "30,000 PFLOPs"),
    ],
)
def test_flops(number: int, shown: str) -> None:
    assert text.flops(number) == shown
    value, unit = shown.replace(",", "").split()
    scale = 1000 ** ["FLOPs", "kFLOPs", "MFLOPs", "GFLOPs", "TFLOPs", "PFLOPs"].index(unit)
    assert float(value) * scale == pytest.approx(number, rel=0.005)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (0, "0 B"),
        (1023, "1,023 B"),
        (1024, "1.00 KiB"),
        (39_936, "39.0 KiB"),
        (1024 * 1024 - 1, "1.00 MiB"),
        (150 * 1024**3, "150 GiB"),
        (2**60, "1,024 PiB"),
    ],
)
def test_data_sizes(number: int, shown: str) -> None:
    assert text.data_size(number) == shown
    value, unit = shown.replace(",", "").split()
    assert float(value) * 1024 ** ["B", "KiB", "MiB", "GiB", "TiB", "PiB"].index(unit) == pytest.approx(number, rel=0.005)


def test_symbolic_numbers_keep_their_smallest_unit() -> None:
    assert text.flops(parse_size("18944*B*T")) == "18944*B*T FLOPs"
    assert text.data_size(parse_size("4*B")) == "4*B B"


NARROW = """
module
    parameters  FLOPs
M
    15,283  289 kFLOPs
│    seq=5 -> layers=2
├─ rnn LSTM(10, 20)
│      15,040
│       seq=5 batch=2
│           -> seq=5 batch=2
└─ fc Linear(80, 3)
       243
        layers=2 (directions=2 batch=2)
            -> layers=2 feature=3
"""


def test_a_narrow_terminal_breaks_lines_between_cells() -> None:
    wide = """
module                  parameters       FLOPs
M                           15,283  289 kFLOPs
│    seq=5 -> layers=2
├─ rnn LSTM(10, 20)         15,040
│       seq=5 batch=2 -> seq=5 batch=2
└─ fc Linear(80, 3)            243
        layers=2 (directions=2 batch=2) -> layers=2 feature=3
"""
    assert text.fitted(wide, 24) == NARROW
    assert text.fitted(wide, 100) == wide


CELLS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P"]), min_size=1).filter(lambda cell: "->" not in cell)


@given(st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=5), st.integers(1, 80))
def test_nothing_is_lost_cut_or_too_wide_where_it_can_be_broken(rows: list[list[str]], width: int) -> None:
    lines = text.fitted("\n".join(text.columns(rows)), width).split("\n")
    assert " ".join(lines).split() == [cell for row in rows for cell in row]
    for line in lines:
        assert len(line) <= width or len(line.split()) == 1


def test_the_width_is_that_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    prediction = predict("GRU", 10, 16, batch=6, seq=9)
    monkeypatch.delenv("COLUMNS", raising=False)
    assert max(map(len, repr(prediction).split("\n"))) > 80  # the tests have no terminal
    for columns in (60, 80, 100):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert max(map(len, repr(prediction).split("\n"))) <= columns


def test_a_sentence_is_broken_between_words_and_code_is_not() -> None:
    said = "fc (Linear): samples are mixed: along dim 1 of (16, 32) lie samples 0, 1, 2 and 3"
    assert text.sentence(said, 40).split("\n") == [
        "fc (Linear): samples are mixed: along",
        "    dim 1 of (16, 32) lie samples 0, 1,",
        "    2 and 3",
    ]
    assert text.sentence(said, len(said)) == said
    assert text.sentence(f"  {said}", 60).split("\n") == [
        "  fc (Linear): samples are mixed: along dim 1 of (16, 32)",
        "      lie samples 0, 1, 2 and 3",
    ]
    code = "      return self.fc(h.reshape(x.size(0), -1)) + self.other(h.reshape(x.size(0), -1))"
    assert text.fitted(code, 40) == code
    layer = "LSTM(10, 16, num_layers=2, batch_first=True, bidirectional=True)"
    assert text.fitted(layer, 40) == layer
