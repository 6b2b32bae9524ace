"""What a recurrent layer or cell returns as one state must not be read as another one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

X = torch.randn(4, 7, 5, generator=torch.Generator().manual_seed(0))

Read = Callable[[nn.ModuleDict, Tensor], Any]


class Model(nn.Module):
    """A few layers and cells, and a function that says how they are used."""

    def __init__(self, read: Read) -> None:
        super().__init__()
        self.read = read
        self.parts = nn.ModuleDict({
            "enc": nn.LSTM(5, 6, batch_first=True),
            "dec": nn.LSTM(5, 6, batch_first=True),
            "gru": nn.GRU(5, 6, batch_first=True),
            "both": nn.GRU(5, 6, num_layers=2, bidirectional=True, batch_first=True),
            "wide": nn.GRU(5, 12, num_layers=2, batch_first=True),
            "cell": nn.LSTMCell(5, 6),
            "next": nn.LSTMCell(6, 6),
        })

    def forward(self, x: Tensor) -> Any:
        return self.read(self.parts, x)


def swapped(m: nn.ModuleDict, x: Tensor) -> Tensor:
    _, (h, c) = m["enc"](x)
    return m["dec"](x, (c, h))[0]


def swapped_behind_a_detach(m: nn.ModuleDict, x: Tensor) -> Tensor:
    _, (h, c) = m["enc"](x)
    return m["dec"](x, (c * 1, h.detach()))[0]


def twice(m: nn.ModuleDict, x: Tensor) -> Tensor:
    _, (h, _) = m["enc"](x)
    return m["dec"](x, (h, h))[0]


def c_begins_a_gru(m: nn.ModuleDict, x: Tensor) -> Tensor:
    return m["gru"](x, m["enc"](x)[1][1])[0]


def c_is_all_that_is_read(m: nn.ModuleDict, x: Tensor) -> Tensor:
    return m["enc"](x)[1][1][-1] * 2


def cells(m: nn.ModuleDict, x: Tensor, order: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]], upper: int) -> Tensor:
    low = high = x.new_zeros(len(x), 6), x.new_zeros(len(x), 6)
    seen: list[Tensor] = []
    for step in x.unbind(1):
        low = order(*m["cell"](step, low))
        high = m["next"](low[upper], high)
        seen.append(high[0])
    return torch.stack(seen, 1)


def c_back_as_h(m: nn.ModuleDict, x: Tensor) -> Tensor:
    return cells(m, x, lambda h, c: (c, h), 1)


def c_read_by_the_next(m: nn.ModuleDict, x: Tensor) -> Tensor:
    return cells(m, x, lambda h, c: (h, c), 1)


def never_given_back(m: nn.ModuleDict, x: Tensor) -> Tensor:
    low, seen = (x.new_zeros(len(x), 6), x.new_zeros(len(x), 6)), list[Tensor]()
    for step in x.unbind(1):
        low = m["cell"](step, low)
        seen.append(m["next"](low[0], low)[0])
    return torch.stack(seen, 1)


def the_same_for_each_word(m: nn.ModuleDict, x: Tensor) -> Tensor:
    state = m["enc"](x)[1]
    return torch.cat([m["dec"](x[:, t : t + 1], state)[0] for t in range(7)], 1)


def what_it_answered_alone(m: nn.ModuleDict, x: Tensor) -> Tensor:
    (h,), (c,) = m["enc"](x)[1]
    word, seen = x[:, -1], list[Tensor]()
    for _ in range(4):
        word = m["cell"](word, (h, c))[0][:, :5]
        seen.append(word)
    return torch.stack(seen, 1)


def a_word_that_was_picked(m: nn.ModuleDict, x: Tensor) -> Tensor:
    h = m["enc"](x)[1][0]
    word, seen = x[:, -1:], list[Tensor]()
    for _ in range(4):
        seen.append(m["gru"](word, h)[1][0])
        word = torch.eye(6)[seen[-1].argmax(-1), None, :5]
    return torch.stack(seen, 1)


def one_step_in_both_directions(m: nn.ModuleDict, x: Tensor) -> Tensor:
    state, seen = None, list[Tensor]()
    for step in x.split(1, 1):
        out, state = m["both"](step, state)
        seen.append(out)
    return torch.cat(seen, 1)


def halves_of_layers(m: nn.ModuleDict, x: Tensor) -> Tensor:
    h = m["both"](x)[1]
    return m["wide"](x, torch.cat([h[:2], h[2:]], 2))[0]


def one_unit(m: nn.ModuleDict, x: Tensor) -> Tensor:
    return m["gru"](x)[0][:, :, -1]


SAID: dict[str, tuple[Read, str]] = {
    "swapped": (
        swapped,
        "what parts.enc (LSTM) returns as c is given to parts.dec (LSTM) as h, "
        "and what it returns as h as c",
    ),
    "behind a detach": (
        swapped_behind_a_detach,
        "what parts.enc (LSTM) returns as c is given to parts.dec (LSTM) as h, "
        "and what it returns as h as c",
    ),
    "twice": (twice, "what parts.enc (LSTM) returns as h is given to parts.dec (LSTM) as h and as c, the same"),
    "a GRU": (c_begins_a_gru, "what parts.enc (LSTM) returns as c is given to parts.gru (GRU) as h"),
    "c alone": (c_is_all_that_is_read, "of what parts.enc (LSTM) returns last only c is read, and h never matters"),
    "back": (c_back_as_h, "what parts.cell (LSTMCell) returns as c is given back to it as h, and what it returns as h as c"),
    "as input": (
        c_read_by_the_next,
        "what parts.cell (LSTMCell) returns as c is read by parts.next (LSTMCell) as its input, and not h",
    ),
    "never": (
        never_given_back,
        "parts.next (LSTMCell) is called 7 times, "
        "each time with the state of parts.cell (LSTMCell), and never given its own back",
    ),
    "the same": (
        the_same_for_each_word,
        "parts.dec (LSTM) is called 7 times, "
        "each time with the same state, and never given the one it has returned",
    ),
    "answered": (
        what_it_answered_alone,
        "parts.cell (LSTMCell) is called 4 times, "
        "each time with the same state, and never given the one it has returned",
    ),
    "picked": (
        a_word_that_was_picked,
        "parts.gru (GRU) is called 4 times, "
        "each time with the same state, and never given the one it has returned",
    ),
    "one way": (
        one_step_in_both_directions,
        "parts.both (GRU) is called 7 times with one step, so its reverse direction goes the same way as the other",
    ),
    "one unit": (one_unit, "of the 6 units that parts.gru (GRU) returns for each step one is read, unit 5"),
    "halves": (
        halves_of_layers,
        "each layer of parts.wide (GRU) begins with one direction of two layers of parts.both (GRU), not with two of one",
    ),
}


@pytest.mark.parametrize("name", SAID)
def test_a_state_that_is_read_as_another_one(name: str) -> None:
    read, said = SAID[name]
    influence = rs.probe(Model(read), X, axes="batch seq feature")
    assert influence.states is not None
    assert influence.states.verdict == "together"
    assert influence.states.evidence == (said,)
    (found,) = [f for f in influence.findings if f.code == "RNS610"]
    assert (found.severity, found.message) == ("warning", said)
    assert found.location is not None
    assert Path(found.location.file).name == Path(__file__).name


def right_cells(m: nn.ModuleDict, x: Tensor) -> Tensor:
    return cells(m, x, lambda h, c: (h, c), 0)


def bridged(m: nn.ModuleDict, x: Tensor) -> Tensor:
    h = m["both"](x)[1]
    return m["wide"](x, torch.cat([h[0::2], h[1::2]], 2))[0]


def handed_on(m: nn.ModuleDict, x: Tensor) -> Tensor:
    return m["dec"](x, m["enc"](x)[1])[0]


def both_states(m: nn.ModuleDict, x: Tensor) -> Tensor:
    return torch.cat(m["enc"](x)[1], -1)[-1]


def a_cell_as_a_gate(m: nn.ModuleDict, x: Tensor) -> Tensor:
    state = tuple(s[0] for s in m["enc"](x)[1])
    return torch.stack([m["cell"](step, state)[0] for step in x.unbind(1)], 1)


def a_gate_behind_a_memory(m: nn.ModuleDict, x: Tensor) -> Tensor:
    end = tuple(s[0] for s in m["enc"](x)[1])
    word, state, seen = x[:, -1], end, list[Tensor]()
    for _ in range(4):
        state = m["cell"](word, state)
        word = m["next"](state[0], end)[0][:, :5]
        seen.append(word)
    return torch.stack(seen, 1)


def made_of_h(m: nn.ModuleDict, x: Tensor) -> Tensor:
    both = torch.tanh(m["enc"](x)[1][0])
    return m["dec"](x, (both, both))[0]


def a_few_units(m: nn.ModuleDict, x: Tensor) -> Tensor:
    return m["gru"](x)[0][:, :, :2]


def through_both(m: nn.ModuleDict, x: Tensor) -> Tensor:
    state, seen = (x.new_zeros(len(x), 6), x.new_zeros(len(x), 6)), list[Tensor]()
    for step in x.unbind(1):
        state = m["next"](state[0], m["cell"](step, state))
        seen.append(state[0])
    return torch.stack(seen, 1)


@pytest.mark.parametrize(
    "read",
    [
        right_cells, bridged, handed_on, both_states, a_cell_as_a_gate, a_gate_behind_a_memory, made_of_h, a_few_units,
        through_both,
    ],
)  # fmt: skip
def test_states_that_are_read_as_what_they_are(read: Read) -> None:
    influence = rs.probe(Model(read), X, axes="batch seq feature")
    assert influence.states is not None
    assert influence.states.verdict == "apart"
    assert [f for f in influence.findings if f.code == "RNS610"] == []


def test_a_model_without_recurrent_layers_has_no_states() -> None:
    influence = rs.probe(nn.Linear(5, 3), X, axes="batch seq feature")
    assert influence.states is None
    assert "states: no recurrent layer or cell of torch's was called" in influence.untried


@pytest.mark.parametrize("read", [the_same_for_each_word, what_it_answered_alone, never_given_back])
def test_a_state_that_is_never_given_back_is_shown_where_it_is_given(read: Read) -> None:
    (found,) = [f for f in rs.probe(Model(read), X, axes="batch seq feature").findings if f.code == "RNS610"]
    assert found.location is not None
    assert "m[" in found.location.code
    assert ", state)" in found.location.code or ", (h, c))" in found.location.code or ", low)" in found.location.code
