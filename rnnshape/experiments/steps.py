"""The experiment on steps: what is of one step of a sample must lie in rows, and not be dealt out over rows of several."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from rnnshape import text
from rnnshape.experiments.candidates import RESHAPES, candidates, is_reached
from rnnshape.experiments.content import Content
from rnnshape.experiments.entry import Entry, Recorded
from rnnshape.experiments.influence import Experiment
from rnnshape.experiments.lockstep import Found, found_at
from rnnshape.experiments.owners import MANY, NOBODY, changed, dims_of
from rnnshape.experiments.recording import Comparing, recorded_run
from rnnshape.experiments.samples import Samples, groups
from rnnshape.experiments.subject import SEED, Unfit
from rnnshape.experiments.tracing import earliest
from rnnshape.experiments.trial import Trial
from rnnshape.operations.names import WALKS

__all__ = ["Steps", "goes_back", "is_dealt_out", "measure_steps", "steps_said"]

MOST_STEPS = 64
"""Steps up to which it is looked what becomes of each."""

MOST_SOURCES = 6
"""Tensors of which the steps are changed."""

_CONVOLUTIONS = frozenset(["conv1d", "conv2d", "conv3d"])

_READS = frozenset([
    *WALKS, "conv1d", "linear", "matmul", "bmm", "__matmul__", "mm", "baddbmm", "einsum", "scaled_dot_product_attention",
])  # fmt: skip
"""Operations that read each row of an operand alike."""


@dataclass(slots=True, eq=False)
class Steps:
    """What was measured about the steps of the samples.

    Attributes:
        sources: the names of what the steps were changed of.
        dealt: the name of what had its steps dealt out; empty where nothing had.
        read_by: the operation that reads that; empty where it is returned.
        found: the operation that deals them out.
        row: one row of its result with the steps that are in it, in words.
    """

    sources: list[str]
    dealt: str = ""
    read_by: str = ""
    found: Found | None = None
    row: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """A tensor whose steps lie in rows: an input, or what a layer has returned.

    Attributes:
        name: for the user.
        dim: along which the steps lie.
        steps: how many there are.
        content: of the input; None for a layer.
        number: of the operation among those of the run; -1 for an input.
    """

    name: str
    dim: int
    steps: int
    content: Content | None
    number: int = -1


def measure_steps(trial: Trial, samples: Samples, reshapes: bool = True) -> Steps | None:
    """Change the steps of each input, and of what each layer returns, and follow each up to what reads it.

    Where no operation can deal them out, or none that depends on single steps, there is nothing to be changed.

    Args:
        trial: the model.
        samples: what was measured about them.
        reshapes: whether the model may call an operation that can.

    Returns:
        None where the samples meet, or lie in no rows: of that is told.

    Raises:
        Unfit: where no steps are known, or the model differs by itself.
    """
    if samples.mixed or samples.silent or any(leaf.is_scattered or leaf.is_moved for leaf in samples.leaves):
        return None
    found, inputs = Steps([]), [*_inputs(trial)]
    if not reshapes and inputs:
        return found
    run = recorded_run(trial)
    if run.differs:
        raise Unfit("the model differs by itself while somebody looks on")
    seen, ends = set[str](), _ends(run, samples)
    waiting = [*inputs, *_layers(trial, run.entries, seen)]
    if not waiting:
        raise Unfit("nobody has said which dim of an input is the steps; call it seq in axes=")
    wanted = candidates(run.entries)
    while wanted and waiting and len(found.sources) < MOST_SOURCES:
        source = waiting.pop(0)
        found.sources.append(source.name)
        if not _is_reached(trial, source, run.entries, wanted):
            continue
        convolutions = [n for n, entry in enumerate(run.entries) if entry.name in _CONVOLUTIONS and n < wanted[-1]]
        entries, bits = _followed(trial, source, run.entries, {*wanted, *convolutions})
        waiting[:0] = _layers(trial, entries, seen, bits)
        if not any(_is_in_two_dims(owners.table) for number in wanted for owners in entries[number].owners):
            continue  # none of them can have dealt the steps out
        entries, _ = _followed(trial, source, run.entries)
        for here, reader in _dealt_out(trial, entries, ends):
            place = found_at(entries, here, trial)
            if place is None:
                continue
            table = max(entries[here].owners, key=lambda o: o.share).table
            found.dealt, found.read_by, found.row = source.name, reader, _row(table)
            found.found = replace(place, meeting=replace(place.meeting, rows=""), made_at=None)
            return found
    return found


def _ends(run: Recorded, samples: Samples) -> dict[tuple[int, int], int]:
    """Return for each tensor that is returned, by the number of its operation and its place in that, the dim of the samples."""
    return {made: leaf.rows.dim for made, leaf in zip(run.made, samples.leaves, strict=False) if made and leaf.rows}


def _is_reached(trial: Trial, source: _Source, entries: Sequence[Entry], wanted: Sequence[int]) -> bool:
    """Tell whether an operation that may deal steps out depends on single ones of a source."""
    modules = dict(trial.subject.model.named_modules())
    walks = [
        number
        for number, entry in enumerate(entries)
        if entry.values
        and (module := modules.get(entry.module[0])) is not None
        and entry.name in WALKS
        and (dim := _steps_dim(entry, module)) is not None
        and entry.values[0].size(dim) == source.steps
    ]
    inputs = [number for number, entry in enumerate(entries) if entry.name == "input"]
    return any(is_reached(entries, start, wanted, walks) for start in ([source.number] if source.content is None else inputs))


def _inputs(trial: Trial) -> Iterator[_Source]:
    """Yield the inputs with steps."""
    for content in trial.inputs:
        dim = content.place.seq_dim
        if dim is not None and content.other is not content.base and not content.place.is_packed:
            size = content.base.size(dim)
            if 2 < size <= MOST_STEPS:
                yield _Source(content.place.name, dim, size, content)


def _layers(
    trial: Trial, entries: Sequence[Entry], seen: set[str], bits: Mapping[int, Sequence[Tensor]] | None = None
) -> Iterator[_Source]:
    """Yield what layers return for each step, each layer once: recurrent ones and attention, or convolutions.

    Args:
        trial: the model.
        entries: of the run.
        seen: the paths of layers that were yielded.
        bits: in which runs each element was another one, for convolutions: their steps lie where these differ.
    """
    modules = dict(trial.subject.model.named_modules())
    for number, entry in enumerate(entries):
        path, kind = entry.module
        module = modules.get(path)
        if path in seen or module is None or not entry.values:
            continue
        dim = _steps_dim(entry, module) if bits is None else _dim_of_convolution(entry, bits, number)
        if dim is not None and 2 < entry.values[0].size(dim) <= MOST_STEPS:
            seen.add(path)
            yield _Source(f"what {path or kind} returns", dim, entry.values[0].size(dim), None, number)


def _steps_dim(entry: Entry, module: nn.Module) -> int | None:
    """Return the dim of the steps in what a layer of torch's returns that has one by its contract; None for other ones."""
    if entry.values[0].dim() != 3:
        return None
    if entry.name in WALKS and isinstance(module, nn.RNNBase):
        return 1 if module.batch_first else 0
    if entry.name == "multi_head_attention_forward" and isinstance(module, nn.MultiheadAttention):
        return 0
    return None


def _dim_of_convolution(entry: Entry, bits: Mapping[int, Sequence[Tensor]], number: int) -> int | None:
    """Return the dim along which the steps lie in what a convolution returns; None where they lie along none, or several."""
    dims = dims_of(bits[number][0]) if entry.name in _CONVOLUTIONS and number in bits else []
    return dims[0] if len(dims) == 1 else None


def _followed(
    trial: Trial, source: _Source, entries: Sequence[Entry], only: Collection[int] | None = None
) -> tuple[list[Entry], dict[int, list[Tensor]]]:
    """Return the run with the step of the source that each element depends on, in the place of a sample.

    Beside it, for each tensor, the runs in which its elements were other ones.

    Args:
        trial: the model.
        source: whose steps are changed.
        entries: of the run.
        only: the numbers of the operations that are looked at; None for all.
    """
    codes = groups(source.steps)
    runs = 1 + max(run for code in codes for run in code)
    entries = [entry.afresh() for entry in entries]
    looked_at = range(len(entries)) if only is None else sorted(only)
    bits = {number: [torch.zeros(value.shape, dtype=torch.int32) for value in entries[number].values] for number in looked_at}
    for run in range(runs):
        chosen = torch.tensor([run in code for code in codes])
        tensors = trial.unchanged()
        if source.content is not None:
            content = source.content
            mask = _along(chosen, source.dim, content.base.dim()).to(content.base.device)
            tensors[id(content.place.tensor)] = torch.where(mask, content.other, content.base)
        trial.run(tensors, _Marking(entries, bits, run, source, chosen))
    of_code = torch.full((1 << runs,), MANY, dtype=torch.int16)
    of_code[0] = NOBODY
    for step, code in enumerate(codes):
        of_code[sum(1 << run for run in code)] = step
    for number, tables in bits.items():
        for owners, table in zip(entries[number].owners, tables, strict=True):
            owners.table = of_code[table.long()]
    return entries, bits


class _Marking(Comparing):
    """Compares a run in which some steps are changed, and remembers for each element that it is another one.

    Args:
        entries: of the run that is remembered.
        bits: for each of their tensors that is looked at, the runs in which an element was another one.
        run: the number of this run.
        source: whose steps are changed; where a layer returns it, that is done here.
        chosen: for each step, whether it is changed.
    """

    def __init__(self, entries: list[Entry], bits: dict[int, list[Tensor]], run: int, source: _Source, chosen: Tensor) -> None:
        super().__init__(entries, 0)
        self._bits, self._run, self._source, self._chosen = bits, run, source, chosen

    def _handed_on(self, result: Any) -> Any:
        """Return a result with other numbers in the steps that are changed, where it is that of the layer."""
        if self._at != self._source.number:
            return result
        value = result if isinstance(result, Tensor) else result[0]
        random = torch.Generator().manual_seed(SEED)
        noise = (torch.rand(value.shape, generator=random) - 0.5).to(value) * (value.detach().abs().max() + 0.1)
        mask = _along(self._chosen, self._source.dim, value.dim()).to(value.device)
        other = torch.where(mask, value + noise, value)
        return other if isinstance(result, Tensor) else (other, *result[1:])

    def _hear(self, entry: Entry, number: int, place: int, tensor: Tensor) -> None:
        value = entry.values[place]
        if number in self._bits and value.shape == tensor.shape:
            self._bits[number][place] |= changed(value, tensor).cpu().int() << self._run


def _along(row: Tensor, dim: int, ndim: int) -> Tensor:
    return row.view([-1 if d == dim else 1 for d in range(ndim)])


def _dealt_out(trial: Trial, entries: Sequence[Entry], ends: dict[tuple[int, int], int]) -> Iterator[tuple[int, str]]:
    """Yield the operations that deal steps out, each with what reads that: nothing where it is returned.

    Args:
        trial: the model.
        entries: of the run, with the step that each element depends on.
        ends: for each tensor that is returned, by the number of its operation and its place in that, the dim of the samples.
    """
    modules = dict(trial.subject.model.named_modules())
    for entry in entries:
        if entry.name in _READS:
            module = modules.get(entry.module[0])
            walks = (1 if module.batch_first else 0) if entry.name in WALKS and isinstance(module, nn.RNNBase) else None
            for operand in entry.operands:
                tables = _used(entries[operand])
                if any(is_dealt_out(part) for t in tables for part in _read_alike(entry.name, t)):
                    yield from ((here, entry.name) for here in _reshapes(entries, operand, is_dealt_out))
                elif walks is not None and any(t.dim() == 3 and goes_back(t, walks) for t in tables):
                    yield from ((here, entry.name) for here in _reshapes(entries, operand, _is_in_two_dims))
    for (number, place), dim in ends.items():
        entries[number].used.add(place)
        if is_dealt_out(entries[number].owners[place].table.select(dim, 0)):
            yield from ((here, "") for here in _reshapes(entries, number, is_dealt_out))


def _used(entry: Entry) -> list[Tensor]:
    return [owners.table for place, owners in enumerate(entry.owners) if place in entry.used or entry.name == "input"]


def _read_alike(reader: str, table: Tensor) -> list[Tensor]:
    """Return pieces of a table, each of what is read alike: all that a layer reads, and of a product a matrix."""
    if reader == "linear" or table.dim() < 3:
        return [table.flatten(0, -2)] if table.dim() > 1 else []
    return [table] if reader in WALKS or reader == "conv1d" else [table.select(0, 0), table.select(0, -1)]


def _reshapes(entries: Sequence[Entry], at: int, is_so: Callable[[Tensor], bool]) -> Iterator[int]:
    """Yield the operation of whose results something is so first, where it only says anew what a row is."""
    here = earliest(entries, at, lambda entry: any(is_so(table) for table in _used(entry)))
    if here is not None and entries[here].name in RESHAPES:
        yield here


def is_dealt_out(table: Tensor) -> bool:
    """Tell whether steps lie in no rows: another step from row to row does not lead as far at each place of a row.

    Frames that are stacked lie in rows (``t = 2 * i + j``). Where elements depend on several steps it is not known.

    >>> steps = torch.arange(6).repeat_interleave(4)
    >>> is_dealt_out(steps.view(6, 4)), is_dealt_out(steps.view(3, 8)), is_dealt_out(steps.view(4, 6))
    (False, False, True)
    """
    if len(dims_of(table)) < 2 or bool((table == MANY).any()):
        return False
    table = table.long()
    for dim in (dim for dim, size in enumerate(table.shape) if size > 1):
        a, b = table.narrow(dim, 0, table.size(dim) - 1), table.narrow(dim, 1, table.size(dim) - 1)
        known = (a != NOBODY) & (b != NOBODY)
        apart = (b - a).movedim(dim, 0).reshape(len(a.movedim(dim, 0)), -1)
        known = known.movedim(dim, 0).reshape(apart.shape)
        low = torch.where(known, apart, 1 << 20).amin(1)
        high = torch.where(known, apart, -(1 << 20)).amax(1)
        if bool((known.any(1) & (high > low)).any()):
            return True
    return False


def goes_back(table: Tensor, dim: int) -> bool:
    """Tell whether steps are read from the first on, and again from an earlier one, where they lie along two dims.

    >>> steps = torch.arange(12).repeat(2, 1)  # of two joints, each with all its steps
    >>> goes_back(steps.reshape(6, 4), 0), goes_back(torch.arange(12).view(6, 2), 0)
    (True, False)
    """
    if not _is_in_two_dims(table) or bool((table < 0).any()):
        return False
    rise = table.long().diff(dim=dim)
    return bool(((rise > 0).any(dim) & (rise < 0).any(dim)).any())


def _is_in_two_dims(table: Tensor) -> bool:
    return len(dims_of(table)) > 1 and not bool((table == MANY).any())


def _row(table: Tensor) -> str:
    """Say which steps are in the first two rows, along the last two dims that matter, of one sample."""
    rows, columns = dims_of(table)[-2:]
    for dim in sorted({*range(table.dim())} - {rows, columns}, reverse=True):
        table = table.narrow(dim, 0, 1)
    table = table.reshape(table.size(rows), table.size(columns))
    held = [[int(n) for n in torch.unique(row) if int(n) >= 0] for row in table[:2]]
    said = [text.listed([*map(str, steps[:3]), *([f"{len(steps) - 3} more"] if len(steps) > 3 else [])]) for steps in held]
    words = [f"{'step' if len(steps) == 1 else 'steps'} {names}" for steps, names in zip(held, said, strict=True)]
    return f"its row 0 holds {words[0]}, row 1 {words[-1]}"


def steps_said(found: Steps) -> Experiment:
    """Say what was measured about the steps of the samples."""
    if found.found is None:
        return Experiment("steps", "apart")
    by = found.found.meeting.operation
    read = f"{found.read_by} reads that" if found.read_by else "that is returned"
    said = f"the steps of {found.dealt} are dealt out by {by} over {text.sizes(found.found.meeting.sizes)}: {found.row}; {read}"
    return Experiment("steps", "together", (said,))
