"""Every suggestion that names an edit, applied to the program that it is made for: its finding is gone, and none has come.

The programs are the cases of tests/cases and the wrong programs of the catalogue. How a form of suggestion becomes an edit
stands in edits.py; where a reader has to do more than the suggestion says word by word, it stands here.
"""

from __future__ import annotations

import pathlib
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from catalogued import ran  # noqa: E402
from edits import applied, form_of  # noqa: E402
from edits_of_states import OF_STATES  # noqa: E402
from programs import Place  # noqa: E402
from test_cases import FOLDERS, diagnose, report_of, wrong  # noqa: E402
from thinned import every  # noqa: E402

import rnnshape  # noqa: E402
from rnnshape.report.catalogue import RULES  # noqa: E402
from rnnshape.report.catalogue.entry import PRELUDE  # noqa: E402

Change = tuple[str, str]

BY_HAND: dict[tuple[str, str], tuple[Change, ...]] = OF_STATES | {
    # the state is made in a method, for all layers
    ("awd-init-hidden-with-bptt", "RNS106"): (("self.init_hidden(x.size(0))", "self.init_hidden(x.size(1))"),),
    # the input is (batch, seq, feature)
    ("decoder-step-unsqueeze-1", "RNS106"): (("self.rnn(embedded,", "self.rnn(embedded.transpose(0, 1),"),),
    # what the loop runs over is made on another line, or has the samples of the first state
    ("best-chords-run-from-song-to-song", "RNS201"): ((".unbind(0)", ".transpose(0, 1).unbind(0)"),),
    ("gesture-cell-by-hand-goes-from-film-to-film", "RNS201"): (
        ("for frame in seen:", "for frame in seen.transpose(0, 1):"), ("new_zeros(seen.size(1)", "new_zeros(seen.size(0)"),
    ),
    ("partition-of-a-tagger-goes-from-text-to-text", "RNS201"): (("self.chain(scores)", "self.chain(scores.transpose(0, 1))"),),
    # the other factor of a product
    ("every-hour-asks-every-unit", "RNS252"): (("bmm(hours, hours)", "bmm(hours, hours.transpose(1, 2))"),),
    ("einsum-of-questions-with-steps", "RNS252"): (("self.key(states))", "self.key(states).transpose(1, 2))"),),
    ("both-sides-of-a-product-turned", "RNS252"): (("@ low.transpose(1, 2)\n        return", "@ low\n        return"),),
    ("RNS252", "RNS252"): (("torch.bmm(output, output)", "torch.bmm(output, output.transpose(1, 2))"),),
    # scores are picked by an index, or unbound
    ("bikes-spread-picked-by-the-day", "RNS503"): (("spread[:, i, :]", "spread[..., i]"),),
    ("tide-quantiles-unbound-from-the-hours", "RNS503"): (("forecast.unbind(1)", "forecast.unbind(-1)"),),
    # what a maximum finds is unpacked, or picked by an index or a name
    ("markets-pooled-to-where-the-largest-stands", "RNS245"): (("(_, peak)", "(peak, _)"),),
    ("sermons-with-the-places-of-their-peaks", "RNS245"): (("dim=0)[1]", "dim=0)[0]"),),
    ("engines-told-by-the-step-of-each-median", "RNS245"): (("middle.indices.float()", "middle.values"),),
    # both flips have to change
    ("returns-of-flights-that-are-turned-round", "RNS250"): (
        ("powers, dims=(1,)", "powers, dims=(0,)"), ("dim=0), dims=(1,)", "dim=0), dims=(0,)"),
    ),
    ("reader-from-the-end-of-the-batch", "RNS250"): (("read.flip(0))[0].flip(0)", "read.flip(1))[0].flip(1)"),),
    ("nights-still-to-come-of-the-last-guest", "RNS250"): (
        ("torch.flipud(stays)", "stays.flip(1)"), ("torch.flipud(nights)", "nights.flip(1)"),
    ),
    ("RNS250", "RNS250"): (("rewards.flip(0).cumsum(1).flip(0)", "rewards.flip(1).cumsum(1).flip(1)"),),
    # the last step is not written as output[...]
    ("bidir-gather-length-minus-one", "RNS302"): (
        ("out.gather(1, idx).squeeze(1)", "rnnshape.last_step(self.lstm, out, lengths)"),
    ),
    ("cat-halves-both-from-last", "RNS302"): (
        ("torch.cat((out[-1, :, :self.hs], out[-1, :, self.hs:]), 1)", "rnnshape.last_step(self.lstm, out)"),
    ),
    ("time-first-bidirectional-last-index-select", "RNS302"): (
        ("torch.narrow(y, 0, y.size(0) - 1, 1).squeeze(0)", "rnnshape.last_step(self.gru, y)"),
    ),
    # what was made whole numbers is bools again
    ("churned-customers-picked-by-their-flags", "RNS233"): (("gone.long()", "gone.long().bool()"),),
    ("RNS233", "RNS233"): (("died.long()", "died.long().bool()"),),
    # the halves are added up
    ("summed-directions-then-the-last-step", "RNS302"): (
        ("y = y[:, :, : self.hidden] + y[:, :, self.hidden :]", "y = rnnshape.last_step(self.gru, y)"),
        ("y[:, -1]", "y[:, : self.hidden] + y[:, self.hidden :]"),
    ),
    ("final-halves-picked-from-hidden-by-two", "RNS302"): (
        ("y = y.reshape(*y.shape[:2], self.hidden, 2)", "pass"),
        ("[y[:, -1, :, 0], y[:, 0, :, 1]]", "[y[:, -1, :8], y[:, 0, 8:]]"),
    ),
    # rows of h_n that were put together from several
    ("final-states-of-different-layers", "RNS306"): (("[h[0], h[-1]]", "list(rnnshape.by_layer(self.gru, h)[-1])"),),
    ("hn-view-directions-layers", "RNS304"): (
        ("hn = hn.view(2, self.layers, x.size(0), self.h)[:, -1]", "hn = rnnshape.last_state(self.lstm, hn)"),
        ("torch.cat([hn[0], hn[1]], dim=-1)", "hn"),
    ),
    ("state-unpacked-as-directions-then-layers", "RNS304"): (
        ("h = h.view(2, self.layers, -1, self.hidden)[:, -1]", "h = rnnshape.last_state(self.lstm, h)"),
        ("h.permute(1, 0, 2).flatten(1)", "h"),
    ),
    ("RNS306", "RNS306"): (("h_n.view(2, 3, -1, 8)[:, -1].transpose(0, 1)", "rs.by_layer(self.rnn, h_n)[-1].transpose(0, 1)"),),
    # the pair is needed for the next step
    ("lstmcell-tuple-to-linear", "RNS116"): (
        ("state = self.cell(x[t], state)", "h, c = self.cell(x[t], state); state = h, c"),
        ("self.fc(state)", "self.fc(h)"),
    ),
    # where padding is has to be computed
    ("attention-without-mask", "RNS225"): (
        (
            "s = self.u(torch.tanh(out)).squeeze(-1)",
            "s = self.u(torch.tanh(out)).squeeze(-1); "
            "s = s.masked_fill(torch.arange(s.size(1)) >= lengths[:, None], float('-inf'))",
        ),
    ),
    ("max-pool-sees-zero-filling", "RNS405"): (
        ("x.size(0))\n", "x.size(0)); padding = (torch.arange(out.size(0))[:, None] >= lens)[:, :, None]\n"),
        ("out.max(dim=0)", "out.masked_fill(padding, float('-inf')).max(dim=0)"),
    ),
    ("RNS405", "RNS405"): (
        ("output.max(0)", "output.masked_fill((torch.arange(4)[:, None] >= lengths)[:, :, None], float('-inf')).max(0)"),
    ),
    ("RNS225", "RNS225"): (
        (
            "self.score(output).softmax",
            "self.score(output).masked_fill((torch.arange(4)[:, None] >= lengths)[:, :, None], float('-inf')).softmax",
        ),
    ),
    ("attention-reads-the-padding", "RNS225"): (("squeeze(-1)\n", "squeeze(-1).masked_fill(words == 0, float('-inf'))\n"),),
    ("mha-reads-the-padding", "RNS225"): (("(h, h, h)", "(h, h, h, key_padding_mask=words == 0)"),),
    # the dim is that of a module
    ("sentences-matched-word-by-word-one-scaled-along", "RNS246"): (("Unit(2), Unit(0)", "Unit(2), Unit(2)"),),
    # the mask is on another line
    ("scores-filled-where-the-words-are", "RNS221"): (("masked_fill(real,", "masked_fill(~real,"),),
    # the whole layer is packed
    ("review-state-behind-the-padding", "RNS303"): (
        ("self.reader(vectors)", "self.reader(pack_padded_sequence(vectors, sizes, batch_first=True, enforce_sorted=False))"),
    ),
    ("command-tagger-reverse-starts-in-padding", "RNS407"): (
        ("self.reader(frames)", "self.reader(pack_padded_sequence(frames, counts, enforce_sorted=False))"),
        ("self.tags(states)", "self.tags(pad_packed_sequence(states)[0])"),
    ),
    ("RNS407", "RNS407"): (
        (
            "self.rnn(self.embed(tokens))",
            "self.rnn(nn.utils.rnn.pack_padded_sequence(self.embed(tokens), lengths, batch_first=True, enforce_sorted=False))",
        ),
        ("self.fc(output)", "self.fc(nn.utils.rnn.pad_packed_sequence(output, batch_first=True)[0])"),
    ),
    ("left-padded-indexed-by-length", "RNS303"): (("states.gather(1, at).squeeze(1)", "states[:, -1]"),),
    ("answers-likened-to-a-question-by-a-module", "RNS248"): (("nn.CosineSimilarity()", "nn.CosineSimilarity(dim=2)"),),
    # the lengths are those of the steps
    ("pack-without-batch-first", "RNS401"): (("torch.full((t,), b)", "torch.full((b,), t), batch_first=True"),),
    ("highest-place-of-a-trail-behind-its-end", "RNS405"): (("masked_fill(on_trail", "masked_fill(~on_trail"),),
    ("pair-max-pool-of-unpacked-states", "RNS405"): (
        ("batch_first=True)\n", "batch_first=True); padding = (torch.arange(y.size(1)) >= lengths[:, None])[..., None]\n"),
        ("y.transpose(1, 2)", "y.masked_fill(padding, float('-inf')).transpose(1, 2)"),
    ),
    ("topic-max-over-states-of-padding", "RNS405"): (
        ("y.amax(1)", "y.masked_fill((x == 0)[..., None], float('-inf')).amax(1)"),
    ),
    ("RNS241", "RNS241"): (
        ("BatchNorm1d(9)", "BatchNorm1d(8)"),
        ("self.norm(output)", "self.norm(output.transpose(1, 2)).transpose(1, 2)"),
    ),
    # what is given to the layer of the variance
    ("variance-of-every-step-for-one-mean", "RNS213"): (("self.var(output))", "self.var(output[:, -1]))"),),
    # the name of the state
    ("decoder-drops-the-state-that-it-returns", "RNS311"): (("output, last = ", "output, state = "),),
    ("signs-all-glossed-from-the-first-state", "RNS311"): (("torch.stack(states, 1)[:, :1]", "torch.stack(states, 1)"),),
    ("melody-harmonised-with-one-chord-state", "RNS311"): (("self.bass(states[0])", "self.bass(torch.stack(states))"),),
    ("tomorrows-load-read-off-the-state-before-it", "RNS311"): (("self.kilowatts(day[0])", "self.kilowatts(day[-1])"),),
    ("slides-told-from-the-first-look", "RNS311"): (
        ("        said = []", "        said, state = [], seen[0]"),
        ("self.cell(word, seen[0])", "self.cell(word, state)"),
    ),
    ("tides-with-an-empty-memory-at-each-hour", "RNS311"): (("state, _ = self.cell", "state, memory = self.cell"),),
    ("patients-h-set-to-zeros-before-every-visit", "RNS311"): (
        ("for visit in visits:\n            h = torch.zeros(visits.size(1), self.d)", "h = c\n        for visit in visits:"),
    ),
    ("captions-begin-anew-with-each-word", "RNS311"): (("output, _ = self.say", "output, (h, c) = self.say"),),
    ("rsl-rl-dones-as-index", "RNS501"): (("state[..., dones, :]", "state[..., dones.bool(), :]"),),
    ("memory-wiped-where-the-flags-point", "RNS501"): (("state[:, end]", "state[:, end.bool()]"),),
    ("cell-state-reset-by-ints-of-the-samples", "RNS501"): (("state[done[:, t], :]", "state[done[:, t].bool(), :]"),),
    # which of two names is which
    ("lstm-by-hand-returns-c-first", "RNS309"): (("return c, h", "return h, c"),),
    ("peephole-cell-unpacked-as-c-and-h", "RNS309"): (("c, h = self.step", "h, c = self.step"),),
    ("tree-of-sums-takes-c-for-h", "RNS309"): (("c, h = pairs", "h, c = pairs"),),
    ("head-reads-c-of-a-cell-by-hand", "RNS310"): (("self.head(c)", "self.head(h)"),),
    # the operand that has a dim too many
    ("deepar-logprob-broadcast", "RNS504"): (("labels[:, t:t + 1]", "labels[:, t:t + 1].squeeze(1)"),),
    ("policy-gradient-broadcast", "RNS504"): (("(log_prob * target)", "(log_prob * target.squeeze(1))"),),
    ("sample-weights-broadcast", "RNS504"): (("loss * w\n", "loss * w.squeeze(1)\n"),),
    ("chatbot-masknll-broadcast", "RNS504"): (("target.view(-1, 1)))", "target.view(-1, 1))).squeeze(1)"),),
    # the scores are wanted batch-first
    ("attn-hidden-repeat-no-transpose", "RNS213"): (("torch.cat([h, encoder", "torch.cat([h.transpose(0, 1), encoder"),),
    # the vocabulary is known to the reader
    ("RNS119", "RNS119"): (("nn.Embedding(20, 4)", "nn.Embedding(21, 4)"),),
    ("RNS507", "RNS507"): (("output.sum().backward()", "output.sum().backward(); h = h.detach()"),),
}
"""What a reader writes, for the code of a finding in a program: old text, which stands there once, and new."""

TWICE = {
    "speech-autoencoder-time-first-spectrogram": "encoder and decoder",
    "squeeze-of-a-last-batch-of-one": "left and right",
}
"""Programs with the same mistake at another place, which shows when the first is mended: then that is mended as well."""

HIDDEN = {"a2c-rollout-view": "RNS602"}
"""Programs with one more mistake, which shows when the first is mended, with its code: here masks are viewed as steps were."""


def key(finding: rnnshape.Finding) -> tuple[Any, ...]:
    return finding.code, finding.module, finding.location and finding.location.line


def edited(source: str, finding: rnnshape.Finding, program: str) -> list[str]:
    """Return the programs that come of following a suggestion."""
    if changes := BY_HAND.get((program, finding.code)):
        for old, new in changes:
            assert source.count(old) == 1, old
            source = source.replace(old, new)
        return [source]
    assert finding.suggestion is not None
    assert finding.location is not None
    place = Place(source, finding.location.line, finding.module or "", finding.kind)
    return applied(place, finding.suggestion)


def suggested(folder: pathlib.Path) -> list[str]:
    """Return the suggestions that are expected of a case, in order."""
    said = (folder / "findings.txt").read_text(encoding="utf-8").partition("=== fixed.py")[0]
    return [line.removeprefix("suggests: ") for line in said.splitlines() if line.startswith("suggests: ")]


OF_CASES = [(folder, at, text) for folder in FOLDERS for at, text in enumerate(suggested(folder))]


@pytest.mark.parametrize(
    ("folder", "at", "text"),
    [pytest.param(*of, id=f"{of[0].name}-{of[1]}") for of in every(2, OF_CASES)],
)
def test_a_suggestion_mends_its_case(folder: pathlib.Path, at: int, text: str, tmp_path: pathlib.Path) -> None:
    before = report_of(folder / "buggy.py")
    finding = [f for f in before.findings if f.suggestion is not None][at]
    assert finding.suggestion == text
    known = {key(f) for f in wrong(before)} - {key(finding)}
    for source in edited((folder / "buggy.py").read_text(encoding="utf-8"), finding, folder.name):
        after = diagnosed(source, tmp_path / "edited.py")
        if folder.name in TWICE:
            (another,) = after.findings
            assert (another.code, another.suggestion) == (finding.code, text)
            (source,) = edited(source, another, folder.name)
            after = diagnosed(source, tmp_path / "edited_again.py")
        assert after.exception is None, source
        assert [f for f in after.findings if key(f) == key(finding)] == [], source
        assert [f for f in wrong(after) if key(f) not in known and f.code != HIDDEN.get(folder.name)] == [], source


def diagnosed(source: str, file: pathlib.Path) -> rnnshape.Report:
    file.write_text(f"import rnnshape; {source}", encoding="utf-8")
    return diagnose(file)


@pytest.mark.parametrize("code", RULES)
def test_a_suggestion_mends_the_wrong_program_of_the_catalogue(code: str, tmp_path: pathlib.Path) -> None:
    report, _ = ran(RULES[code].wrong, tmp_path / "wrong.py", "ignore")
    (finding,) = report.findings
    if finding.suggestion is None:
        return
    for source in edited(f"{PRELUDE}\n{RULES[code].wrong}", finding, code):
        after, raised = ran(f"import rnnshape; {source}", tmp_path / "edited.py", "ignore")
        assert (raised, after.exception, after.findings) == (None, None, ()), source


def test_every_suggestion_has_one_form() -> None:
    by_hand = {text for folder, _, text in OF_CASES for name, _ in BY_HAND if name == folder.name}
    assert [text for _, _, text in OF_CASES if form_of(text) is None and text not in by_hand] == []


def test_nothing_is_done_by_hand_for_programs_that_are_gone() -> None:
    programs = {folder.name for folder, _, _ in OF_CASES} | {*RULES}
    assert {name for name, _ in BY_HAND} <= programs
    assert {*TWICE, *HIDDEN} <= programs


# What is not suggested, as it would mend nothing


class FlatScores(torch.nn.Module):
    """Scores of all steps of all samples in one dim."""

    def __init__(self) -> None:
        super().__init__()
        self.score = torch.nn.Linear(4, 1)

    def forward(self, x: Any) -> Any:
        steps, batch, _ = x.shape
        flat = x.reshape(steps * batch, -1)
        return (torch.softmax(self.score(flat), dim=-1) * flat).view(steps, batch, -1).sum(0)


def test_a_dim_that_holds_the_steps_of_all_samples_is_not_suggested() -> None:
    report = rnnshape.diagnose(FlatScores(), torch.zeros(9, 6, 4), axes="seq batch feature")
    assert [(f.code, f.suggestion) for f in report.findings] == [("RNS207", None)]


class Bridged(torch.nn.Module):
    """A decoder that starts from the first rows of h_n."""

    def __init__(self, decoder_is_bidirectional: bool) -> None:
        super().__init__()
        self.encoder = torch.nn.GRU(4, 8, num_layers=2, bidirectional=True)
        self.decoder = torch.nn.GRU(5, 8, num_layers=2, bidirectional=decoder_is_bidirectional)

    def forward(self, x: Any, y: Any) -> Any:
        _, h = self.encoder(x)
        h = h[[0, 2, 1, 3]] if self.decoder.bidirectional else h[:2]
        return self.decoder(y, h)[0]


@pytest.mark.parametrize(
    ("bidirectional", "suggestion"), [(False, "h_n[0::2] has the forward state of each layer"), (True, None)]
)
def test_rows_that_were_miscounted_are_told_once_and_where_half_of_them_fit_that_is_said(
    bidirectional: bool, suggestion: str | None
) -> None:
    x, y = torch.zeros(9, 6, 4), torch.zeros(7, 6, 5)
    report = rnnshape.diagnose(Bridged(bidirectional), x, y, axes=("seq batch feature", "seq batch feature"))
    assert [(f.code, f.module, f.suggestion) for f in report.findings] == [("RNS305", "decoder", suggestion)]


@pytest.mark.parametrize(("batch_first", "dim"), [(False, 0), (True, 1)])
def test_an_input_of_two_dims_is_given_a_step_and_not_another_flag(batch_first: bool, dim: int) -> None:
    rnn = torch.nn.Sequential(torch.nn.GRU(4, 8, batch_first=batch_first))
    (finding,) = rnnshape.diagnose(rnn, torch.zeros(6, 4), axes="batch feature").findings
    assert (finding.code, finding.suggestion) == (
        "RNS201",
        f"unsqueeze({dim}) of its input has one step of each sample, and squeeze({dim}) of its output takes that away",
    )
