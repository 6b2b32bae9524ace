"""The experiment on states: what a recurrent layer or cell has returned as one state must not be read as another one.

Gradients of what a call is given, by what an earlier one has returned, say which question is worth a run; a run with other
numbers in the place of that state says whether it is so, as a gradient ends at a detach().
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from rnnshape.experiments.entry import Entry
from rnnshape.experiments.influence import Experiment
from rnnshape.experiments.lockstep import Found, found_at
from rnnshape.experiments.owners import changed, common
from rnnshape.experiments.places import tensors_of
from rnnshape.experiments.recording import recorded_run
from rnnshape.experiments.subject import Unfit
from rnnshape.experiments.tracing import reaching
from rnnshape.experiments.trial import Trial
from rnnshape.experiments.walks import Meddling, Walk, by_module, gradient_of, reached
from rnnshape.operations.names import CELLS, WALKS

__all__ = ["Misread", "measure_states", "states_said"]

MOST_MODULES = 8
"""Recurrent modules of which the calls are looked at."""

FEWEST_UNITS = 4
"""Units of a layer of which reading a single one is a mistake."""

OFTEN = 3
"""Calls of a module from which on it is one that goes from step to step."""


@dataclass(slots=True, eq=False)
class Misread:
    """A state that is read as another one.

    Attributes:
        said: in words.
        giver: the number of the call that has returned it.
        reader: the number of the call that is given it; None where no layer reads it.
        at_giver: whether the mistake is where the state is picked, rather than where it is given.
        at_reader: whether it is at the call that is given the state, whatever lies between.
        found: the operation that is to be mended.
    """

    said: str
    giver: int
    reader: int | None
    at_giver: bool = False
    at_reader: bool = False
    found: Found | None = None


def measure_states(trial: Trial, walks: Sequence[Walk], outputs: Sequence[Tensor]) -> Misread | None:
    """Ask which of the states that each call was given are those that an earlier one has returned.

    Args:
        trial: the model.
        walks: the calls of its first run.
        outputs: what that has returned.

    Raises:
        Unfit: where the model has no recurrent layers of torch's, or no gradients.
    """
    modules = [*by_module(walks)][:MOST_MODULES]
    if not modules:
        raise Unfit("no recurrent layer or cell of torch's was called")
    try:
        for found in _candidates(trial, walks, modules, outputs):
            found.found = _place(trial, found)
            return found
    except RuntimeError as error:
        raise Unfit(f"the gradient raised {str(error).splitlines()[0]}") from None
    return None


def _candidates(
    trial: Trial, walks: Sequence[Walk], modules: Sequence[list[int]], outputs: Sequence[Tensor]
) -> Iterator[Misread]:
    for numbers in modules:
        yield from _forgotten(trial, walks, numbers)
        yield from _one_way(walks, numbers)
    for reader in sorted(n for numbers in modules for n in numbers[:2]):
        for numbers in modules:
            giver = max((n for n in numbers if n < reader), default=None)
            if giver is not None:
                yield from _exchanged(trial, walks, giver, reader)
    for numbers in modules:
        yield from _returned(trial, walks, numbers[-1], outputs)
        if len(numbers) == 1:
            yield from _one_unit(trial, walks, numbers[0], outputs)


def _exchanged(trial: Trial, walks: Sequence[Walk], giver: int, reader: int) -> Iterator[Misread]:
    """Yield that a call has taken the cell state of another one for its hidden state, or for its input."""
    a, b = walks[giver], walks[reader]
    if not a.has_memory:
        yield from _bridged(walks, giver, reader)
        return
    c_to_h, h_to_h = _by_state(a, b.begins[0])
    if c_to_h and not h_to_h:
        c, h = (_meddled(trial, walks, giver, reader, what) for what in (["c"], ["h", "output"]))
        if "h" in c and "c" not in c and "h" not in h:
            to = "back to it" if a.module is b.module else f"to {b.named}"
            where = f"what {a.named} returns as c is given {to} as h"
            said = f"{where}, and what it returns as h as c" if "c" in h else where
            yield Misread(said, giver, reader, at_giver=not b.has_memory)
    elif b.has_memory and h_to_h and torch.equal(*b.begins) and _is_handed_on(a.ends[0], b.begins[0]):
        c, h = (_meddled(trial, walks, giver, reader, what) for what in (["c"], ["h", "output"]))
        if {"h", "c"} <= h and not {"h", "c"} & c:
            yield Misread(f"what {a.named} returns as h is given to {b.named} as h and as c, the same", giver, reader)
    if a.module is not b.module:
        c_to_x, h_to_x = _by_state(a, b.x)
        if c_to_x and not h_to_x and "x" in _meddled(trial, walks, giver, reader, ["c"]):
            yield Misread(f"what {a.named} returns as c is read by {b.named} as its input, and not h", giver, reader)
    yield from _bridged(walks, giver, reader)


def _is_handed_on(ends: Tensor, begins: Tensor) -> bool:
    """Tell whether each row of a state is one of those returned, as it is: what is made of them may serve as both."""
    rows = [row.reshape(-1) for row in (ends if ends.dim() == 3 else ends[None])]
    given = [row.reshape(-1) for row in (begins if begins.dim() == 3 else begins[None])]
    return all(any(torch.equal(one, row) for row in rows) for one in given)


def _by_state(giver: Walk, read: Tensor) -> tuple[bool, bool]:
    """Tell whether something depends on the cell state that a call returned, and whether on the hidden one or the output."""
    others = [giver.ends[0], *([giver.output] if giver.output is not None else [])]
    c, *h = reached([read], [giver.ends[1], *others])
    return c, any(h)


def _meddled(trial: Trial, walks: Sequence[Walk], giver: int, reader: int, what: Sequence[str]) -> set[str]:
    """Return what of that which a call is given, "x", "h" or "c", is another one with other numbers for states.

    Args:
        trial: the model.
        walks: the calls of its first run.
        giver: the number of the call that returned the states.
        reader: the number of the call that is given them.
        what: of the states.
    """
    meddling = Meddling(giver, what)
    trial.result(trial.unchanged(), meddling)
    if len(meddling.walks) <= reader:
        return set()
    mine, other = walks[reader], meddling.walks[reader]
    pairs = zip(("x", "h", "c"), (mine.x, *mine.begins), (other.x, *other.begins), strict=False)
    return {name for name, a, b in pairs if _differ(a, b)}


def _differ(a: Tensor, b: Tensor) -> bool:
    a, b = common(a.detach(), b.detach())
    return a.shape != b.shape or bool(changed(a, b).any())


def _forgotten(trial: Trial, walks: Sequence[Walk], numbers: Sequence[int]) -> Iterator[Misread]:
    """Yield that a module which is called for each step is never given the state back that it has returned.

    It is, each time, given the state of another module, or one and the same. Where nobody knows which dim of the input is the
    batch, the loop may be one over samples, each of which begins anew, and of one sample one over candidates for its next step:
    then it takes more to say so.
    """
    mine = [walks[n] for n in numbers]
    if len(mine) < OFTEN or any(walk.steps != 1 for walk in mine) or not all(_is_of_batch(walk, trial.count) for walk in mine):
        return
    if any(_is_blank(walk) for walk in mine) or all(torch.equal(mine[0].x, w.x) for w in mine[1:]):
        return
    if any(reached([t for walk in mine[1:] for t in walk.begins], mine[0].ends)):
        return
    named = mine[0].named
    if all(torch.equal(a, b) for walk in mine[1:] for a, b in zip(walk.begins, mine[0].begins, strict=True)):
        said = f"{named} is called {len(mine)} times, each time with the same state, and never given the one it has returned"
        reads_own = _changes(trial, walks, numbers, ["output", "h", "c"])
        # a cell may be what joins each step with something that is the same for all, unless it reads what it has answered
        is_read, is_made = "x" in reads_own, _is_made(walks, numbers[0], mine[0].begins)
        if mine[0].kind in CELLS:
            is_meant = not (is_read and (is_made or _is_learned(mine[0].begins[0])) and _alone_goes_on(walks, numbers))
        else:
            goes_by_steps = is_read or (is_made and _is_made(walks, numbers[0], [walk.x for walk in mine]))
            is_meant = trial.count < 2 and not goes_by_steps  # it may read one candidate after the other
    elif trial.count == 0:
        return  # of each sample it may read one step
    else:
        others = {owner.named for n in numbers if (owner := _owner(walks, n)) is not None}
        if len(others) != 1 or named in others or any(_owner(walks, n) is None for n in numbers[1:]):
            return
        said = f"{named} is called {len(mine)} times, each time with the state of {others.pop()}, and never given its own back"
        reads_own = _changes(trial, walks, numbers, ["h", "c"])
        is_meant = "x" in reads_own
    if not is_meant and not reads_own & {"h", "c", "number"}:
        yield Misread(said, numbers[0], numbers[1], at_reader=True)


def _changes(trial: Trial, walks: Sequence[Walk], numbers: Sequence[int], what: Sequence[str]) -> set[str]:
    """Return what of that which later calls of a module are given is another one with other numbers for its first result.

    Args:
        trial: the model.
        walks: the calls of its first run.
        numbers: of the calls of the module.
        what: of the first of them has other numbers.

    Returns:
        "x", "h" and "c", and "number" where there are other calls than before.
    """
    meddling = Meddling(numbers[0], what)
    trial.result(trial.unchanged(), meddling)
    if len(meddling.walks) <= numbers[-1]:
        return {"number"}
    pairs = [(walks[n], meddling.walks[n]) for n in numbers[1:]]
    return {
        name
        for mine, other in pairs
        for name, a, b in zip(("x", "h", "c"), (mine.x, *mine.begins), (other.x, *other.begins), strict=False)
        if _differ(a, b)
    }


def _is_blank(walk: Walk) -> bool:
    """Tell whether a call begins with zeros, which are no state but where they are learned."""
    return not bool((walk.begins[0] != 0).any()) and not _is_learned(walk.begins[0])


def _is_learned(state: Tensor) -> bool:
    """Tell whether a state is a parameter, or a view of one, so that it is no sample's own."""
    return isinstance(state if state._base is None else state._base, nn.Parameter)


def _is_made(walks: Sequence[Walk], number: int, tensors: Sequence[Tensor]) -> bool:
    """Tell whether tensors depend on what another recurrent module has made before a call."""
    before = [walk for walk in walks[:number] if walk.module is not walks[number].module]
    made = [t for walk in before for t in (walk.output, *walk.ends) if t is not None]
    return any(reached(tensors, made))


def _alone_goes_on(walks: Sequence[Walk], numbers: Sequence[int]) -> bool:
    """Tell whether nothing that is called beside a cell has a memory."""
    beside = walks[numbers[0] : numbers[-1] + 1]
    return all(
        torch.equal(a, b)
        for walk in beside
        for a, b in zip(walk.begins, next(w for w in beside if w.module is walk.module).begins, strict=True)
    )


def _is_of_batch(walk: Walk, count: int) -> bool:
    """Tell whether a call reads all samples at once, and not one after the other, as far as that is known."""
    return count < 2 or count in walk.x.shape[:-1]


def _owner(walks: Sequence[Walk], number: int) -> Walk | None:
    """Return the call that has returned the very state that another one is given; None where no module other than it has."""
    h = walks[number].begins[0]
    for walk in reversed(walks[:number]):
        same = [end for end in walk.ends if end.numel() == h.numel() and torch.equal(end.reshape(-1), h.reshape(-1))]
        if same:
            return walk if walk.module is not walks[number].module else None
    return None


def _one_way(walks: Sequence[Walk], numbers: Sequence[int]) -> Iterator[Misread]:
    """Yield that a layer with two directions is given one step after the other, so that both go the same way."""
    mine = [walks[n] for n in numbers]
    module = mine[0].module
    if len(mine) < OFTEN or not isinstance(module, nn.RNNBase) or not module.bidirectional:
        return
    if any(walk.steps != 1 for walk in mine) or not any(reached(mine[1].begins, mine[0].ends)):
        return
    said = f"{mine[0].named} is called {len(mine)} times with one step, so its reverse direction goes the same way as the other"
    yield Misread(said, numbers[0], numbers[1])


def _bridged(walks: Sequence[Walk], giver: int, reader: int) -> Iterator[Misread]:
    """Yield that each layer begins with one direction of two layers, instead of with two directions of one."""
    a, b = walks[giver], walks[reader]
    if not isinstance(a.module, nn.RNNBase) or not isinstance(b.module, nn.RNNBase) or a.module is b.module:
        return
    layers = a.module.num_layers
    if not a.module.bidirectional or layers < 2 or len(b.begins[0]) != layers or b.module.num_layers != layers:
        return
    for begins in b.begins:
        for ends in a.ends:
            rows = [_pieces(row, ends) for row in begins.unbind(0)]
            if all(len(row) == 2 and row[0] % 2 == row[1] % 2 for row in rows):
                said = f"each layer of {b.named} begins with one direction of two layers of {a.named}, not with two of one"
                yield Misread(said, giver, reader)
                return


def _pieces(row: Tensor, ends: Tensor) -> list[int]:
    """Return the rows of what a layer has returned as its state that a state depends on."""
    if not row.requires_grad or not ends.requires_grad:
        return []
    (gradient,) = torch.autograd.grad(row.square().sum() + row.sum(), [ends], retain_graph=True, allow_unused=True)
    return [] if gradient is None else [n for n, piece in enumerate(gradient) if bool((piece != 0).any())]


def _returned(trial: Trial, walks: Sequence[Walk], giver: int, outputs: Sequence[Tensor]) -> Iterator[Misread]:
    """Yield that of the last call of a layer nothing but the cell state reaches what is returned."""
    last = walks[giver]
    if not last.has_memory:
        return
    others = [last.ends[0], *([last.output] if last.output is not None else [])]
    c, *h = reached(outputs, [last.ends[1], *others])
    if not c or any(h):
        return
    after = [t for _, t in tensors_of(trial.result(trial.unchanged(), Meddling(giver, ["h", "output"])).output)]
    if not any(_differ(a, b) for (_, a), b in zip(trial.base, after, strict=False)):
        yield Misread(f"of what {last.named} returns last only c is read, and h never matters", giver, None)


def _one_unit(trial: Trial, walks: Sequence[Walk], giver: int, outputs: Sequence[Tensor]) -> Iterator[Misread]:
    """Yield that of all units that a layer returns for each step the last is read alone, as where it is taken for a step."""
    walk = walks[giver]
    output = walk.output
    if output is None or output.size(-1) < FEWEST_UNITS or walk.steps < 2 or any(reached(outputs, walk.ends)):
        return
    gradient = gradient_of(outputs, output)
    if gradient is None:
        return
    units = [n for n, unit in enumerate(gradient.unbind(-1)) if bool((unit != 0).any())]
    if units != [output.size(-1) - 1]:  # another one somebody has picked by its number, as a gate; the last is what -1 picks
        return
    after = [t for _, t in tensors_of(trial.result(trial.unchanged(), Meddling(giver, ["h", "c", "output"], units[0])).output)]
    if not any(_differ(a, b) for (_, a), b in zip(trial.base, after, strict=False)):
        said = f"of the {output.size(-1)} units that {walk.named} returns for each step one is read, unit {units[0]}"
        yield Misread(said, giver, None)


def _place(trial: Trial, found: Misread) -> Found | None:
    """Return the operation that is to be mended: what moves the states on their way, else the call that is given them."""
    run = recorded_run(trial)
    entries = run.entries
    calls = [n for n, entry in enumerate(entries) if entry.name in WALKS or entry.name in CELLS]
    if len(calls) <= max(found.giver, found.reader or 0):
        return None
    giver = calls[found.giver]
    if found.reader is None:
        ends = [made[0] for made in run.made if made is not None]
        on_the_way = sorted({n for end in ends for n in reaching(entries, end)})
        here = next((n for n in on_the_way if giver in entries[n].operands), giver)
        return found_at(entries, here, trial)
    reader = calls[found.reader]
    if found.at_reader:
        return found_at(entries, reader, trial)
    between = [n for n in _between(entries, giver, reader) if entries[n].location is not None]
    here = between[-1] if between else giver if found.at_giver else reader
    return found_at(entries, here, trial)


def _between(entries: Sequence[Entry], giver: int, reader: int) -> list[int]:
    """Return the operations on the way from one call to another one."""
    return [n for n in sorted(reaching(entries, reader)) if giver < n < reader and giver in reaching(entries, n)]


def states_said(found: Misread | None) -> Experiment:
    """Say what was measured about the states."""
    return Experiment("states", "apart") if found is None else Experiment("states", "together", (found.said,))
