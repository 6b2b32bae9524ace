"""The picture of a finding: of every rule of the catalogue one, drawn from its wrong program, and what it says is true."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from catalogued import ran
from expected import Expected
from pictured import contains, outside, parsed, written

import rnnshape as rs
from rnnshape.drawing.palette import RIGHT, WRONG, sample_tint
from rnnshape.drawing.shapes import Box, Words
from rnnshape.report.catalogue import RULES
from rnnshape.report.finding import Finding
from rnnshape.report.grid import Grid
from rnnshape.report.location import Location
from rnnshape.report.pictures.cells import SIDE
from rnnshape.report.pictures.rereading import grids_of

GOLDEN = Path(__file__).parents[1] / "golden" / "pictures"

FAMILIES = ("RNS103", "RNS201", "RNS203", "RNS302", "RNS305", "RNS404", "RNS502", "RNS504")
"""A finding of each family that is drawn in its own way."""

WITH_A_PROGRAM = sorted(code for code, rule in RULES.items() if rule.wrong)


def found(code: str, folder: Path) -> Finding:
    report, _ = ran(RULES[code].wrong, folder / f"{code.lower()}.py", "ignore")
    return next(finding for finding in report.findings if finding.code == code)


@pytest.mark.parametrize("code", WITH_A_PROGRAM)
def test_every_rule_has_a_picture(code: str, tmp_path: Path) -> None:
    finding = found(code, tmp_path)
    lines = " ".join(written(finding.svg))
    assert code in lines
    assert finding.headline.split(": ")[-1].split()[0] in lines
    if finding.suggestion:
        assert finding.suggestion.split()[0] in lines
    assert outside(finding.picture.drawing) == []
    assert len(finding.svg) < 100_000
    assert str(finding) in finding.text
    assert pickle.loads(pickle.dumps(finding)).svg == finding.svg
    if code in FAMILIES:
        assert grids_of(finding) or finding.comparison


@pytest.mark.parametrize("code", FAMILIES)
def test_the_picture_of_a_family(code: str, tmp_path: Path, expected: Expected) -> None:
    finding = found(code, tmp_path)
    expected(GOLDEN / f"{code.lower()}.svg", finding.svg)
    grids = finding.text.partition("rnnshape explain")[2].partition("\n")[2]
    expected(GOLDEN / f"{code.lower()}.txt", grids)


class Classifier(torch.nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn = torch.nn.LSTM(10, 16, num_layers=2, bidirectional=True, batch_first=True)
        self.fc = torch.nn.Linear(64, 5)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        _, (h_n, _) = self.rnn(x)
        return self.fc(h_n.view(x.size(0), -1))


@pytest.fixture(scope="module")
def mixed() -> Finding:
    [finding] = rs.diagnose(Classifier(), torch.zeros(6, 9, 10), axes="batch seq feature").findings
    return finding


def cells(finding: Finding, label: str) -> dict[tuple[int, int], Box]:
    boxes = finding.picture.drawing.boxes(f"{label} [")
    return {tuple(int(n) for n in box.hint.partition("[")[2].partition("]")[0].split(", ")): box for box in boxes}


def test_mixed_samples_lie_where_the_view_put_them(mixed: Finding) -> None:
    samples = torch.arange(6)[None, :, None].expand(4, 6, 16)
    memory = {"before": samples[:, :, 0], "view": samples.reshape(6, 64)[:, ::16]}
    memory["instead"] = samples.transpose(0, 1).flatten(1)[:, ::16]
    assert [grid.label for grid in grids_of(mixed)] == list(memory)
    for label, real in memory.items():
        drawn = cells(mixed, label)
        assert set(drawn) == {(r, c) for r in range(real.size(0)) for c in range(real.size(1))}
        for at, box in drawn.items():
            assert box.fill == sample_tint(int(real[at]))
            assert f"batch {int(real[at])}" in box.hint
            assert (box.width, box.height) == (SIDE, SIDE)
            assert box.dashed == ("directions 1" in box.hint)


def test_rows_say_which_samples_they_hold(mixed: Finding) -> None:
    root = parsed(mixed.svg)
    said = {node.text: node.get("fill") for node in root.iter() if node.text and node.text.startswith("row ")}
    assert said["row 0: samples 0, 1, 2 and 3"] == WRONG.ink
    assert said["row 0: sample 0"] == RIGHT.ink
    assert len(said) == 12, "of the tensor before nothing is said"


def test_numbers_follow_memory(mixed: Finding) -> None:
    before, view, instead = grids_of(mixed)
    in_order = [cell for row in before.rows for cell in row]
    assert [cell for row in view.rows for cell in row] == in_order, "a view moves nothing"
    small = {(s.x - 4, s.y - 9): int(s.words) for s in mixed.picture.drawing.shapes if isinstance(s, Words) and s.size == 7}
    for grid in (before, view, instead):
        own = {at: small[box.x, box.y] for at, box in cells(mixed, grid.label).items()}
        assert own == {(r, c): in_order.index(cell) for r, row in enumerate(grid.rows) for c, cell in enumerate(row)}
        assert sorted(own.values()) == list(range(24))


def test_rows_of_steps_are_not_called_wrong(tmp_path: Path) -> None:
    class Turned(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = torch.nn.GRU(10, 16)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.rnn(x.view(9, 6, 10))[0]

    [finding] = rs.diagnose(Turned(), torch.zeros(6, 9, 10), axes="batch seq feature").findings
    assert [g.label for g in grids_of(finding)] == ["before", "view", "instead"]
    rows = [node for node in parsed(finding.svg).iter() if node.text and node.text.startswith("row ")]
    assert rows
    assert not [node for node in rows if node.get("fill") in (WRONG.ink, RIGHT.ink)], "each row is a step"


def test_wrong_and_right_cells_are_framed(tmp_path: Path) -> None:
    finding = found("RNS302", tmp_path)
    [grid] = finding.grids
    drawing = finding.picture.drawing
    [wrong], [right] = drawing.boxes("wrong"), drawing.boxes("right")
    assert (wrong.stroke, right.stroke) == (WRONG.ink, RIGHT.ink)
    [at], [fits] = grid.wrong, grid.right
    own = cells(finding, "output")
    assert contains(wrong, own[at])
    assert contains(right, own[fits])
    read = grid.axes.index("read")
    assert grid.rows[at[0]][at[1]][read] == 1, "it has read one step"
    assert grid.rows[fits[0]][fits[1]][read] == grid.sizes[1], "it has read them all"


def test_a_grid_takes_no_part_in_equality_and_json(mixed: Finding) -> None:
    other = Finding("RNS203", "error", "mixed", grids=(Grid("a", (1,), ("batch",), (((0,),),)),))
    assert other == Finding("RNS203", "error", "mixed")
    assert "grids" not in repr(other)
    assert "grids" not in mixed.to_dict()


def test_a_grid_is_small() -> None:
    with pytest.raises(AssertionError):
        Grid("a", (7,), ("batch",), (((0,),),) * 7)
    with pytest.raises(AssertionError):
        Grid("a", (17,), ("batch",), (((0,),) * 17,))


def test_hostile_names(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>\x1b[31m"
    finding = Finding("RNS203", "error", name, name, Location(f"{name}.py", 3, name, name), name, kind=name)
    layout = rs.Layout.of((name, 3), ("batch", 2))
    grid = Grid(name, (1,), (name,), (((0,),),), remark=name)
    for each in (finding, replace(finding, layouts=((name, layout),)), replace(finding, grids=(grid,))):
        parsed(each.svg)
        assert "<script" not in each.svg
        assert "\x1b" not in each.svg
        assert "\x1b" not in each.text


def test_a_picture_that_fails_costs_no_finding(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fails(*args: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr("rnnshape.rules.wording.sketch", fails)
    model = torch.nn.Sequential(torch.nn.Softmax(0))
    report = rs.diagnose(model, torch.randn(6, 9), axes="batch feature")
    assert [finding.code for finding in report.findings] == ["RNS206"]
    assert report.findings[0].grids == ()
    assert "ours" in caplog.text
