"""The page of a report: one file, everything in it, every name text, and what it says is what the report says."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
import torch
from expected import Expected
from paged import HOSTILE, MIXED, of_nothing_seen, of_several_kinds

import rnnshape as rs
from rnnshape import Event, Layout
from rnnshape.render.html import page
from rnnshape.report.location import Location
from rnnshape.report.page.contents import contents_of
from rnnshape.report.page.entries import entry_of, passings_of
from rnnshape.report.page.inline import inline

GOLDEN = Path(__file__).parents[1] / "golden" / "pictures"


class Reader(HTMLParser):
    """Reads a page: its tags with their attributes, and the text outside of scripts and styles."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style"} & set(self._inside[-1:]):
            self.words.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def html() -> str:
    return page(of_several_kinds(), "train.py --epochs 3", ("rank 1: 2 findings",))


def test_the_page(html: str, expected: Expected) -> None:
    expected(GOLDEN / "page.html", html)


def test_it_says_what_the_report_says(html: str) -> None:
    report, reader = of_several_kinds(), Reader(html)
    said = " ".join(" ".join(reader.words).split())
    found = [a for a in reader.of("details") if "data-code" in a]
    assert [(a["data-code"], a["data-severity"]) for a in found] == [(f.code, f.severity) for f in report.findings]
    for finding in report.findings:
        assert finding.headline in said
        assert rs.explain(finding.code).why in said
    for event in report.events:
        assert event.spec in said
    assert "120 calls" not in said
    assert "121 calls" in said
    assert "1 more call of other kinds" in said
    for sentence in (*report.unfollowed, *report.blind, report.counts, "train.py --epochs 3", "rank 1: 2 findings"):
        assert sentence in said
    assert len(reader.of("svg")) == 4, "three findings (nothing is drawn of the note), and the way from layer to layer"
    assert "3 times" in said


def test_it_needs_nothing_from_elsewhere(html: str) -> None:
    reader = Reader(html)
    [policy] = [a["content"] for a in reader.of("meta") if a.get("http-equiv") == "Content-Security-Policy"]
    assert str(policy).startswith("default-src 'none'")
    assert {a["href"] for a in [*reader.of("link"), *reader.of("a")]} <= {"data:,", "#findings", "#unseen"}
    assert not [a for _, a in reader.tags if "src" in a]
    assert "@import" not in html
    assert [url for url in re.findall(r"https?://[^\s\"'<]+", html) if url != "http://www.w3.org/2000/svg"] == []


def test_every_name_is_text(html: str) -> None:
    reader = Reader(html)
    assert len(reader.of("script")) == 1
    assert not [name for _, attributes in reader.tags for name in attributes if name.startswith("on")]
    assert "\x1b" not in html
    assert HOSTILE.replace("\x1b", "\\x1b") in " ".join(reader.words)


def test_nothing_found_is_not_nothing_wrong_where_nothing_was_looked_at() -> None:
    said = " ".join(Reader(page(of_nothing_seen())).words)
    assert "Nothing was found in what was looked at" in said
    assert "nobody named the batch of x; pass axes=" in said
    fine = page(rs.Report())
    assert "no findings" in fine
    assert "Nothing was found" not in fine


def test_source_is_read_where_it_is_still_the_same(tmp_path: Path) -> None:
    file = tmp_path / "train.py"
    file.write_text("".join(f"line {n}\n" for n in range(1, 11)))
    entry = entry_of(replace(MIXED, location=Location(str(file), 5, "f", "line 5")))
    assert [(line.number, line.code, line.is_it) for line in entry.source] == [(n, f"line {n}", n == 5) for n in range(2, 9)]
    for location in (Location(str(file), 5, "f", "another"), Location(str(tmp_path / "no.py"), 5, "f", "another")):
        [line] = entry_of(replace(MIXED, location=location)).source
        assert (line.number, line.code, line.is_it) == (5, "another", True)
    assert entry_of(replace(MIXED, location=None)).source == ()


def test_the_calls_of_a_layer_are_one_table() -> None:
    first, second = passings_of(of_several_kinds().events)
    assert (first.calls, first.others, second.calls, second.others) == (121, 1, 3, 0)
    rows = {row.name: row for row in first.rows}
    assert rows["h_n"].sizes == "(4, 6, 16)"
    assert [[chip.axis for chip in dim] for dim in rows["h_n"].dims] == [["layers", "directions"], ["batch"], ["hidden"]]


def test_save(tmp_path: Path) -> None:
    report = of_several_kinds()
    report.save(tmp_path / "report.html", "train.py")
    assert (tmp_path / "report.html").read_text() == page(report, "train.py")
    report.save(str(tmp_path / "report.TXT"))
    assert (tmp_path / "report.TXT").read_text() == f"{report}\n"
    with pytest.raises(rs.RNNShapeError) as caught:
        report.save(tmp_path / "report.pdf")
    assert str(caught.value) == "save('report.pdf'): a picture is saved as .svg, .html, .txt or .png"
    report.save(tmp_path / "report.svg")
    assert (tmp_path / "report.svg").read_text() == f"{report.svg}\n"


def test_a_notebook_shows_pictures_and_what_was_not_looked_at() -> None:
    report = of_several_kinds()
    made = report._repr_html_()
    reader = Reader(made)
    assert len(reader.of("svg")) == 4
    assert not reader.of("script")
    assert made == inline(report)
    report.add_probed("Net was probed on a copy: <apart>")
    assert inline(report) == f"{made}\n<p>Net was probed on a copy: &lt;apart&gt;</p>"
    assert contents_of(report, "x").counts in " ".join(reader.words)
    for line in range(20):
        report.add(rs.Finding("RNS000", "error", f"it raised {line}"))
    assert "and 12 more" in report._repr_html_()


def test_a_notebook_shows_what_passed_through_each_layer() -> None:
    rnn = torch.nn.GRU(4, 8, num_layers=2, bidirectional=True)
    with rs.watch(rnn) as report:
        for batch in (6, 6, 2):
            rnn(torch.zeros(9, batch, 4))
    reader = Reader(report._repr_html_())
    words = " ".join(" ".join(reader.words).split())
    assert "GRU GRU(4, 8, num_layers=2, bidirectional=True) 2 calls, 1 more call of other kinds" in words
    assert "h_n layers=2 directions=2 batch=6 hidden=8 (4, 6, 8)" in words
    for number in range(12):
        report.passage(Event(f"other{number}", "GRU", "GRU(4, 8)", ())).calls += 1
    assert "and 1 more layer" in report._repr_html_()


def test_names_in_a_notebook_are_words() -> None:
    report = rs.Report()
    report.passage(Event(HOSTILE, "GRU", HOSTILE, ((HOSTILE, Layout.parse("batch=6")),))).calls += 1
    assert not Reader(report._repr_html_()).of("script")
