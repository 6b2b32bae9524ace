"""Who names nothing: the dim that a layer takes for its batch is the batch, unless the step contradicts it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import forked
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, TensorDataset

import rnnshape as rs

CONFIGURATIONS = [
    {"num_layers": 2, "batch_first": True},
    {"num_layers": 2},
    {"bidirectional": True, "batch_first": True},
    {"bidirectional": True},
    {"num_layers": 2, "bidirectional": True, "batch_first": True},
    {"num_layers": 2, "bidirectional": True},
    {"num_layers": 3, "batch_first": True},
    {"num_layers": 3},
    {"num_layers": 4, "bidirectional": True, "batch_first": True},
    {"num_layers": 4, "bidirectional": True},
]


class Flat(nn.Module):
    """Puts the states of a sample side by side, after a transpose or without one."""

    def __init__(self, right: bool, **options: Any) -> None:
        super().__init__()
        self.right = right
        self.rnn = nn.LSTM(4, 8, **options)
        rows = self.rnn.num_layers * (2 if self.rnn.bidirectional else 1)
        self.fc = nn.Linear(8 * rows, 3)

    def forward(self, x: Tensor) -> Tensor:
        _, (h, _) = self.rnn(x)
        batch = x.size(0 if self.rnn.batch_first else 1)
        return self.fc(h.transpose(0, 1).reshape(batch, -1) if self.right else h.view(batch, -1))


def inputs(options: dict[str, Any], batch: int) -> Tensor:
    return torch.zeros(batch, 9, 4) if options.get("batch_first") else torch.zeros(9, batch, 4)


def codes(report: rs.Report) -> list[str]:
    return sorted({f.code for f in report.findings if f.severity != "info"})


def watched(model: nn.Module, x: Tensor) -> rs.Report:
    with rs.watch(model, track=1, on="record") as report:
        model(x)
    return report


def everything_watched(model: nn.Module, x: Tensor) -> rs.Report:
    """What ``run`` and ``pytest --rnnshape`` do."""
    with rs.watch(track=1, on="record") as report:
        model(x)
    return report



def checked(model: nn.Module, x: Tensor) -> rs.Report:
    model = rs.check(model, on="record", track=1)
    model(x)
    return rs.report_of(model)


BATCHES = (2, 3, 6, 8, 16, 32, 64)

DOORS = {"diagnose": rs.diagnose, "watch": watched, "everything": everything_watched, "check": checked}


@pytest.mark.parametrize("batch", BATCHES)
@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("options", CONFIGURATIONS, ids=lambda o: " ".join(o))
def test_the_readmes_bug_is_found_at_every_size_by_every_door(options: dict[str, Any], batch: int, door: str) -> None:
    x = inputs(options, batch)
    assert codes(DOORS[door](Flat(False, **options), x)) == ["RNS203"]
    assert codes(DOORS[door](Flat(True, **options), x)) == []


FLAT = """
import torch
from torch import nn

class Flat(nn.Module):
    def __init__(self, right, **options):
        super().__init__()
        self.right = right
        self.rnn = nn.LSTM(4, 8, **options)
        self.fc = nn.Linear(8 * self.rnn.num_layers * (2 if self.rnn.bidirectional else 1), 3)

    def flat(self, x):
        _, (h, _) = self.rnn(x)
        batch = x.size(0 if self.rnn.batch_first else 1)
        return h.transpose(0, 1).reshape(batch, -1) if self.right else h.view(batch, -1)

def data(options, batch):
    return torch.zeros(batch, 9, 4) if options.get("batch_first") else torch.zeros(9, batch, 4)
"""

EACH = [(options, batch) for options in CONFIGURATIONS for batch in BATCHES]


@pytest.mark.parametrize("right", [False, True])
def test_the_readmes_bug_is_found_by_run(tmp_path: Path, right: bool) -> None:
    """Each model has a forward of its own, as each finding is told once a line."""
    models = [
        f"class Flat{n}(Flat):\n    def forward(self, x): return self.fc(self.flat(x))\n\n"
        f"Flat{n}({right}, **{options})(data({options}, {batch}))\n"
        for n, (options, batch) in enumerate(EACH)
    ]
    script, lines = tmp_path / "train.py", tmp_path / "calls.jsonl"
    script.write_text("\n".join([FLAT, *models]), encoding="utf-8")
    words = ["run", "--track", "all", "--jsonl", str(lines), str(script)]
    assert forked.run("-m", "rnnshape", *words, folder=tmp_path).returncode == 0
    rows = [json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines()]
    found = [(row["code"], row["module"]) for row in rows if row["type"] == "finding" and row["severity"] != "info"]
    assert found == [] if right else sorted(found) == sorted(("RNS203", f"Flat{n}.fc") for n in range(len(EACH)))


@pytest.mark.parametrize("right", [False, True])
def test_the_readmes_bug_is_found_by_pytest(tmp_path: Path, right: bool) -> None:
    (tmp_path / "flat.py").write_text(FLAT, encoding="utf-8")
    test = f"""
import pytest
from flat import Flat, data

class Model(Flat):
    def forward(self, x):
        return self.fc(self.flat(x))

@pytest.mark.parametrize(("options", "batch"), {EACH})
def test_model(options, batch):
    Model({right}, **options)(data(options, batch))
"""
    (tmp_path / "test_flat.py").write_text(test, encoding="utf-8")
    loaded = "ignore::pytest.PytestAssertRewriteWarning"  # said of rnnshape, which was imported before pytest here
    words = ["-p", "no:cacheprovider", "-W", loaded, "--rnnshape", "-q", str(tmp_path)]
    said = forked.run("-m", "pytest", *words, folder=tmp_path).stdout
    assert f"{len(EACH)} {'passed' if right else 'failed'} in" in said


def test_a_report_says_on_which_dim_samples_were_judged() -> None:
    report = rs.diagnose(Flat(True, num_layers=2), torch.zeros(9, 6, 4))
    judged = "nobody has named the batch, so samples were judged on dim 1, which rnn (LSTM) takes for its batch"
    assert (report.blind, report.assumed) == ((), (f"x: {judged}; axes= names it otherwise",))
    assert rs.diagnose(Flat(True, num_layers=2), torch.zeros(9, 6, 4), axes="seq batch feature").assumed == ()


class Document(nn.Module):
    """The sentences of a document are the samples of one layer, and the steps of the next."""

    def __init__(self) -> None:
        super().__init__()
        self.words = nn.GRU(4, 8, batch_first=True)
        self.sentences = nn.GRU(8, 8)
        self.flat = nn.Linear(6 * 8, 2)

    def forward(self, x: Tensor) -> Tensor:
        _, h = self.words(x)
        _, d = self.sentences(h[-1].unsqueeze(1))
        return self.flat(h[-1].flatten()) + d.sum()


def test_samples_of_one_layer_that_are_steps_of_the_next_are_not_judged() -> None:
    report = rs.diagnose(Document(), torch.zeros(6, 9, 4))
    assert report.findings == ()
    (blind,) = report.blind
    assert blind == (
        "x: nobody has named the batch, and words (GRU) takes dim 0 for its batch, sentences (GRU) for its steps: "
        'mixed samples cannot be seen; pass axes=, such as "batch seq feature"'
    )


def test_what_holds_whatever_the_axis_is_is_told_all_the_same() -> None:
    class Scrambled(Document):
        def forward(self, x: Tensor) -> Tensor:
            h = self.words(x)[1].repeat(2, 1, 1)  # 2, 6, 8
            return super().forward(x) + self.flat(h.view(3, 32).repeat(1, 2)[:, :48]).sum()

    assert "RNS203" in codes(rs.diagnose(Scrambled(), torch.zeros(6, 9, 4)))


class Stack(nn.Module):
    def __init__(self, second: nn.Module, turn: bool = False) -> None:
        super().__init__()
        self.first, self.second, self.turn = nn.LSTM(4, 8, batch_first=True), second, turn

    def forward(self, x: Tensor) -> Tensor:
        output, _ = self.first(x)
        output = F.dropout(output.relu(), 0.1)
        output = output.transpose(0, 1) if self.turn else output
        return self.second(output)[0] if isinstance(self.second, nn.GRU) else self.second(output, output, output)[0]


@pytest.mark.parametrize("second", [nn.GRU(8, 8), nn.MultiheadAttention(8, 2)], ids=lambda m: type(m).__name__)
def test_two_layers_that_contradict_each_other_are_one_warning(second: nn.Module) -> None:
    report = rs.diagnose(Stack(second), torch.zeros(6, 9, 4))
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("RNS218", "warning")
    assert finding.suggestion == "batch_first=True of the layer fits"
    assert rs.diagnose(Stack(second, turn=True), torch.zeros(6, 9, 4)).findings == ()


class Bands(nn.Module):
    """Reads the bands of each frame of a spectrum, which a convolution has looked at, and then the frames, band by band."""

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Conv1d(2, 4, 3, stride=2)
        self.bands, self.frames = nn.GRU(4, 8, batch_first=True), nn.GRU(8, 8)

    def forward(self, x: Tensor) -> Tensor:
        return self.frames(self.bands(self.look(x).transpose(1, 2))[0])[0]


def test_a_layer_over_frames_behind_one_over_the_places_of_each_is_not_blamed() -> None:
    assert rs.diagnose(Bands(), torch.zeros(9, 2, 15)).findings == ()


@pytest.mark.parametrize("second", [nn.GRU(8, 8, batch_first=True), nn.MultiheadAttention(8, 2, batch_first=True)])
def test_two_layers_that_agree_are_silent(second: nn.Module) -> None:
    assert rs.diagnose(Stack(second), torch.zeros(6, 9, 4)).findings == ()


def test_what_one_step_tells_names_the_inputs_of_the_next() -> None:
    class Late(nn.Module):
        """What is wrong comes before any layer has said which dim is the batch."""

        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(4, 8, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            return self.rnn(x * F.normalize(x, dim=0))[0]

    model = Late()
    with rs.watch(model, track=2, on="record") as report:
        model(torch.ones(6, 9, 4))
        assert codes(report) == []
        model(torch.ones(6, 9, 4))
        assert codes(report) == ["RNS214"]


def test_findings_wait_until_the_step_ends_and_are_told_where_the_model_raises_too() -> None:
    class Raising(Flat):
        def forward(self, x: Tensor) -> Tensor:
            raise KeyError(str(super().forward(x).shape))

    report = rs.diagnose(Raising(False, num_layers=2), torch.zeros(9, 6, 4))
    assert "RNS203" in codes(report)
    model = Raising(False, num_layers=2)
    with rs.watch(model, track=1, on="record") as report, pytest.raises(KeyError):
        model(torch.zeros(9, 6, 4))
    assert "RNS203" in codes(report)


class Sorted(nn.Module):
    """Sorts its samples by length, packs them, and puts the states back in the order in which the samples came."""

    def __init__(self, right: bool, by: str) -> None:
        super().__init__()
        self.right, self.by = right, by
        self.rnn, self.fc = nn.GRU(4, 8, batch_first=by != "index_select"), nn.Linear(8, 3)

    def forward(self, x: Tensor, lengths: Tensor) -> Tensor:
        lengths, order = lengths.sort(descending=True)
        if self.by == "index":
            x = x[order]
        elif self.by == "index_select":
            x = x.transpose(0, 1).index_select(1, order)
        else:
            x = x.gather(0, order[:, None, None].expand_as(x))
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=self.rnn.batch_first)
        _, h = self.rnn(packed)
        return self.fc(h[0][order.argsort() if self.right else order])


@pytest.mark.parametrize("by", ["index", "index_select", "gather"])
def test_samples_that_were_sorted_are_still_all_of_them(by: str) -> None:
    x, lengths = torch.ones(6, 9, 4), torch.tensor([3, 9, 5, 7, 2, 8])
    for row, length in zip(x, lengths, strict=True):
        row[length:] = 0
    for right, found in ((False, ["RNS402"]), (True, [])):
        assert codes(rs.diagnose(Sorted(right, by), x, lengths, probe=False)) == found
        with rs.watch(track=1, on="record") as report:
            Sorted(right, by)(x, lengths)
        assert codes(report) == found


@pytest.mark.parametrize("picked", [[0, 1, 2, 2, 4, 5], [0, 2, 4]])
def test_some_samples_or_some_twice_tell_no_batch(picked: list[int]) -> None:
    class Some(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.rnn = nn.GRU(4, 8, batch_first=True)

        def forward(self, x: Tensor) -> Tensor:
            return self.rnn(x[picked])[0]

    report = rs.diagnose(Some(), torch.zeros(6, 9, 4), probe=False)
    assert report.findings == ()
    (blind,) = report.blind
    assert "no layer takes a whole dim for its batch" in blind


class Clips(nn.Module):
    """Reads pictures one after the other: (batch, seq, channel, height, width)."""

    def __init__(self, right: bool) -> None:
        super().__init__()
        self.right = right
        self.look, self.rnn, self.fc = nn.Conv2d(3, 4, 3), nn.GRU(4, 8, num_layers=2, batch_first=True), nn.Linear(16, 3)

    def forward(self, clip: Tensor) -> Tensor:
        batch, steps = clip.shape[:2]
        seen = self.look(clip.flatten(0, 1)).mean((2, 3))
        _, h = self.rnn(seen.view(batch, steps, 4))
        return self.fc(h.transpose(0, 1).flatten(1) if self.right else h.view(batch, -1))


@pytest.mark.parametrize("door", DOORS)
def test_clips_of_pictures_have_five_dims(door: str) -> None:
    clip = torch.zeros(6, 5, 3, 8, 8)
    assert codes(DOORS[door](Clips(False), clip)) == ["RNS203"]
    report = DOORS[door](Clips(True), clip)
    assert report.findings == ()
    (assumed,) = report.assumed
    assert assumed.startswith("clip: nobody has named the batch, so samples were judged on dim 0")


# A batch of one


@pytest.mark.parametrize("axes", [None, "batch seq feature"])
def test_a_batch_of_one_is_judged_on_the_same_sample_twice(axes: str | None) -> None:
    model = Flat(False, num_layers=2, batch_first=True)
    state = torch.get_rng_state()
    report = rs.diagnose(model, torch.zeros(1, 9, 4), axes=axes)
    assert torch.equal(state, torch.get_rng_state())
    assert codes(report) == ["RNS203"]
    assert "a batch of one: whether samples are mixed was judged on the same sample twice" in report.assumed
    assert len(report.events) == 1
    assert codes(rs.diagnose(Flat(True, num_layers=2, batch_first=True), torch.zeros(1, 9, 4), axes=axes)) == []


def test_where_two_do_not_pass_a_batch_of_one_is_not_judged() -> None:
    class Fixed(Flat):
        def forward(self, x: Tensor) -> Tensor:
            assert x.size(0) == 1
            return super().forward(x)

    report = rs.diagnose(Fixed(False, num_layers=2, batch_first=True), torch.zeros(1, 9, 4))
    assert report.findings == ()
    assert "a batch of one: whether samples are mixed cannot be seen; give two" in report.blind


def test_a_watch_says_that_a_batch_of_one_was_not_judged() -> None:
    report = watched(Flat(False, num_layers=2, batch_first=True), torch.zeros(1, 9, 4))
    assert report.findings == ()
    assert report.blind == ("Flat: a batch of one: whether samples are mixed cannot be seen; give two",)


class Speller(nn.Module):
    """One step of a decoder, which is given one letter for each sample, or a sentence for one sample alone."""

    def __init__(self, right: bool) -> None:
        super().__init__()
        self.right = right
        self.letters, self.rnn = nn.Embedding(7, 4), nn.GRU(4, 4, num_layers=2)
        self.fc = nn.Linear(8, 7)

    def forward(self, letters: Tensor, h: Tensor) -> tuple[Tensor, Tensor]:
        _, h = self.rnn(self.letters(letters).unsqueeze(0), h)
        flat = h.transpose(0, 1).reshape(len(letters), -1) if self.right else h.view(len(letters), -1)
        return self.fc(flat), h


@pytest.mark.parametrize("right", [True, False])
@pytest.mark.parametrize("batch", [2, 3, 6, 8])
def test_a_letter_for_each_sample_tells_the_batch(right: bool, batch: int) -> None:
    model, words = Speller(right), torch.randint(7, (batch, 5))
    with rs.watch(model, track=1, on="record") as report:
        h = torch.zeros(2, batch, 4)
        for step in range(5):
            _, h = model(words[:, step], h)
    assert codes(report) == ([] if right else ["RNS203"])
    assert report.assumed == (
        "letters: nobody has named the batch, so samples were judged on dim 0, which rnn (GRU) takes for its batch; "
        "axes= names it otherwise",
    )


class Tagger(nn.Module):
    """Reads the words of one sentence."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.rnn = nn.Embedding(7, 4), nn.LSTM(4, 8)

    def forward(self, sentence: Tensor) -> Tensor:
        return self.rnn(self.words(sentence).view(len(sentence), 1, -1))[0]


def test_a_single_sentence_is_said_to_be_a_batch_of_one() -> None:
    for watch in (watched, everything_watched):
        report = watch(Tagger(), torch.arange(5))
        assert report.findings == ()
        assert report.blind == ("Tagger: a batch of one: whether samples are mixed cannot be seen; give two",)


@pytest.mark.parametrize("sizes", [(1, 6), (6, 1), (1, 6, 1)])
def test_a_batch_of_one_beside_a_larger_one_was_judged(sizes: tuple[int, ...]) -> None:
    model = Flat(False, num_layers=2, batch_first=True)
    with rs.watch(track=True, on="record") as report:
        for batch in sizes:
            model(torch.zeros(batch, 9, 4))
    assert codes(report) == ["RNS203"]
    assert "batch of one" not in "\n".join(report.blind)


def test_a_larger_batch_of_another_model_does_not_judge_that_of_one() -> None:
    with rs.watch(track=True, on="record") as report:
        Flat(True, num_layers=2, batch_first=True)(torch.zeros(6, 9, 4))
        Tagger()(torch.arange(5))
    assert "Tagger: a batch of one: whether samples are mixed cannot be seen; give two" in report.blind


# With what a DataLoader says


def test_what_is_named_is_not_guessed() -> None:
    model = nn.GRU(4, 8)
    with rs.watch(model, track=1, on="record") as report:
        for (x,) in DataLoader(TensorDataset(torch.zeros(6, 9, 4)), batch_size=6):
            model(x)
    assert codes(report) == ["RNS201"]
    assert report.blind == ()


# Rollouts: a call of one step of all streams, and a call of all steps at once


class Player(nn.Module):
    """Reads its observations step by step, with a state that the flags of ended episodes clear."""

    def __init__(self, cell: bool) -> None:
        super().__init__()
        self.see = nn.Linear(4, 8)
        self.rnn: nn.Module = nn.GRUCell(8, 8) if cell else nn.GRU(8, 8)

    def forward(self, seen: Tensor, state: Tensor, ended: Tensor) -> tuple[Tensor, Tensor]:
        streams = state.size(-2)
        steps, flags = self.see(seen).view(-1, streams, 8), ended.view(-1, streams, 1)
        kept: list[Tensor] = []
        for step, flag in zip(steps, flags, strict=True):
            if isinstance(self.rnn, nn.GRUCell):
                output = state = self.rnn(step, (1 - flag) * state)
            else:
                output, state = self.rnn(step.unsqueeze(0), (1 - flag) * state)
            kept.append(output.view(streams, 8))
        return torch.cat(kept), state


@pytest.mark.parametrize("cell", [False, True])
@pytest.mark.parametrize(("steps", "streams"), [(5, 5), (7, 4), (3, 6)])
def test_steps_that_are_folded_into_rows_are_no_states_of_other_samples(cell: bool, steps: int, streams: int) -> None:
    model = Player(cell)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    state = torch.zeros(streams, 8) if cell else torch.zeros(1, streams, 8)
    with rs.watch(track=3, on="record") as report:
        for _ in range(4):
            first, rolled = state.clone(), []
            for _ in range(steps):
                rolled.append(torch.randn(streams, 4))
                with torch.no_grad():
                    _, state = model(rolled[-1], state, torch.zeros(streams))
            output, _ = model(torch.stack(rolled).reshape(-1, 4), first, torch.zeros(steps * streams))
            optimizer.zero_grad()
            output.pow(2).mean().backward()
            optimizer.step()
    assert codes(report) == []


@pytest.mark.parametrize("cell", [False, True])
@pytest.mark.parametrize(("steps", "streams", "some"), [(8, 6, 3), (5, 4, 2), (6, 9, 3)])
def test_some_streams_of_a_rollout_are_picked_from_the_flattened_steps(cell: bool, steps: int, streams: int, some: int) -> None:
    model = Player(cell)
    play = model.forward  # as a method of an agent: its layers are called on their own
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    state = torch.zeros(streams, 8) if cell else torch.zeros(1, streams, 8)
    with rs.watch(track=3, on="record") as report:
        for _ in range(4):
            first, seen, ended = state.clone(), torch.randn(steps, streams, 4), torch.zeros(steps, streams)
            for now in seen:
                with torch.no_grad():
                    _, state = play(now, state, torch.zeros(streams))
            picked = torch.randperm(streams)[:some]
            at = torch.arange(steps * streams).view(steps, streams)[:, picked].flatten()
            output, _ = play(seen.flatten(0, 1)[at], first[..., picked, :], ended.flatten()[at])
            optimizer.zero_grad()
            output.pow(2).mean().backward()
            optimizer.step()
    assert codes(report) == []
