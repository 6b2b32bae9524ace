"""The plain text that several modules print."""

from __future__ import annotations

import pytest

from rnnshape import text
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
