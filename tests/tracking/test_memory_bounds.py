"""Following takes as much memory after many calls as after a few: tables are counted here, by the collector, and not bytes of
the process; for these see tests/benchmarks/memory.py."""

import gc
import os

import pytest
import torch
from torch import nn
from torch.nn import functional as F

import rnnshape as rs
from rnnshape.coordinates import room, tables
from rnnshape.coordinates.room import MOST_SHARED, SMALL

CALLS = 2000 if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else 90


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.GRU(4, 6, batch_first=True)
        self.cell = nn.GRUCell(10, 6)
        self.fc = nn.Linear(12, 4)

    def forward(self, x, h=None):
        memory, last = self.encoder(x)
        h = last[0] if h is None else h
        token, scores = x[:, 0], []
        for _ in range(2):
            weights = torch.bmm(memory, h.unsqueeze(2)).squeeze(2).softmax(1)
            context = torch.bmm(weights.unsqueeze(1), memory).squeeze(1)
            h = self.cell(torch.cat([token, context], 1), h)
            token = self.fc(torch.cat([h, context], 1))
            scores.append(F.log_softmax(token, 1))
        return torch.stack(scores, 1), h


class Picker(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(2, 3, batch_first=True)
        self.fc = nn.Linear(3, 2)

    def forward(self, x):
        out, h = self.rnn(x)
        return self.fc(out[:, -1].relu()) + self.fc(h[-1].flip(0))


OTHERS = {}
"""Storages of whole numbers that were there before a test, such as the data of another one; kept, so that no other takes their
place in memory."""


def storages():
    gc.collect()
    found = [t for t in gc.get_objects() if type(t) is torch.Tensor and t.dtype == torch.long]
    return {t.untyped_storage()._cdata: t.untyped_storage() for t in found}


def held():
    """Return the whole numbers that tensors hold, those of views once; a model and its data here have none."""
    sizes = [storage.nbytes() // 8 for key, storage in storages().items() if key not in OTHERS]
    return sum(sizes), max(sizes, default=0)


def remembered():
    """Return the entries of all memories; one of an earlier test may go while they are counted."""
    memories = [reference() for reference in room._memories]
    return sum(len(memory) for memory in memories if memory is not None)


@pytest.fixture(autouse=True)
def _from_the_beginning():
    gc.collect()
    room.forget()
    OTHERS.update(storages())
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)
    OTHERS.clear()


@pytest.mark.parametrize("apart", [0, 1], ids=["equal", "varying"])
@pytest.mark.parametrize("gradients", [False, True])
def test_large_tables_go_with_the_tensors_that_they_describe(apart, gradients):
    model, rows = Picker(), 4 * SMALL
    with rs.watch(model, track=True, on="record") as report, torch.set_grad_enabled(gradients):
        after = []
        for call in range(1, 5):
            model(torch.zeros(rows + apart * call, 2, 2))
            after.append(held()[1])
    assert not report.unfollowed
    assert max(after) <= SMALL


def test_many_calls_hold_what_a_few_hold():
    model = Decoder()
    with rs.watch(model, track=True, on="record") as report:
        after, entries, h = [], [], None
        for call in range(CALLS):
            batch, seq = 1 + call % 5, 2 + call % 3
            scores, h = model(torch.zeros(batch, seq, 4), h if call % 15 == 0 and h is not None and len(h) == batch else None)
            h = h.detach()
            F.nll_loss(scores.flatten(0, 1), torch.zeros(2 * batch, dtype=torch.long)).backward()
            if call in (45, CALLS - 1):
                after.append(held()[0])
                entries.append(remembered())
    assert not report.unfollowed
    assert not report.findings
    assert after[1] <= after[0] + 16  # of the same sizes all was known by then; but for a coordinate here and there
    assert entries[1] <= entries[0] + 16


def test_calls_of_ever_new_sizes_hold_no_more_than_may_be_shared(monkeypatch):
    bound = MOST_SHARED // 16
    monkeypatch.setattr(tables, "MOST_SHARED", bound)
    model = Decoder()
    most = 0
    with rs.watch(model, track=True, on="record"), torch.no_grad():
        for call in range(60):
            model(torch.zeros(SMALL - call, 2 + call % 3, 4))
            if call % 10 == 9:
                most = max(most, held()[0])
    assert bound // 4 < most <= bound + 16 * SMALL  # and those that no other call will meet


@pytest.mark.parametrize("track", [True, 2])
def test_after_the_last_step_nothing_is_known_of_tensors_that_live_on(track):
    model, x = Picker(), torch.zeros(3 * SMALL, 3, 2)
    kept = []
    with rs.watch(model, track=track, on="record") as report:
        for _ in range(2):
            kept.append(model(x))
            kept[-1].sum().backward()
        assert held()[1] > SMALL
        if track == 2:
            kept.append(model(x))
            assert held()[1] <= SMALL
    assert held()[1] <= SMALL
    assert len(report.events) == 1


def test_axes_without_room_are_unknown_and_that_is_said(monkeypatch):
    monkeypatch.setattr(room, "MOST_ALIVE", 5 * SMALL)
    model, x = Picker(), torch.randn(4 * SMALL, 3, 2)
    small = torch.randn(8, 3, 2)
    assert not rs.diagnose(model, small).unfollowed
    report = rs.diagnose(model, x, probe=False)  # an experiment needs no tables, and finds its flipped state
    assert report.unfollowed == ("some axes of large tensors: tables of more than 256 MiB",)
    assert not report.findings
    assert report.exception is None


def test_the_memories_of_two_trackers_are_emptied_together_while_one_is_at_work():
    model = Decoder()
    with rs.watch(model, track=True, on="record") as outer, rs.watch(model, track=True, on="record") as inner, torch.no_grad():
        for call in range(6):
            model.fc.register_forward_pre_hook(lambda *_: room.forget())
            model(torch.zeros(3, 4 + call, 4))
    assert not outer.unfollowed
    assert not inner.unfollowed
    assert tables._tables
